"""What holds for a recording, decided from what is known of it: values in, values out."""

from shared.rules.policy import PublishPolicy, read_policy

__all__ = ["PublishPolicy", "read_policy"]
