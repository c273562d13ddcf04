# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import pytest

from services.transcriber.engines.answers import failure
from services.transcriber.engines.exits import reason_of_exit
from shared.errors import RanShort, Temporary


@pytest.mark.parametrize(
    ("status", "stderr", "killed_for_memory", "code", "starved"),
    [
        (-9, "", True, "engine_out_of_memory", True),
        (137, "", None, "engine_out_of_memory", True),
        (-9, "", False, "engine_killed", False),
        (-6, "terminate called after throwing an instance of 'std::bad_alloc'", False, "engine_out_of_memory", True),
        (134, "cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED", False, "engine_out_of_memory", True),
        (1, "CUDA driver error: CUDA_ERROR_OUT_OF_MEMORY", False, "engine_out_of_memory", True),
        (134, "", False, "engine_aborted", False),
        (-11, "", False, "engine_crashed", False),
        (139, "", None, "engine_crashed", False),
        (1, "", False, "engine_exited", False),
    ],
)
def test_the_way_a_child_ends_is_a_reason(status, stderr, killed_for_memory, code, starved) -> None:
    reason = reason_of_exit(status, stderr, kernel_killed_for_memory=killed_for_memory)

    assert (reason.code, reason.is_out_of_memory) == (code, starved)
    assert isinstance(reason.error(), RanShort if starved else Temporary)
    assert getattr(reason.error(), "outside", None) is starved  # memory is the machine's
    assert reason.error().code == code


@pytest.mark.parametrize(
    "text",
    [
        "CUDA failed with error out of memory",  # CTranslate2
        "cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",  # PyTorch
        "CUDA driver error: CUDA_ERROR_OUT_OF_MEMORY",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "CUDA out of memory. Tried to allocate 2.00 GiB",
        "could not create a memory object",  # oneDNN
    ],
)
def test_what_libraries_say_when_they_get_no_memory_is_understood(text) -> None:
    assert failure(RuntimeError(text))["kind"] == "out_of_memory"


def test_other_trouble_on_a_card_is_not_taken_for_it() -> None:
    assert failure(RuntimeError("cuBLAS failed with status CUBLAS_STATUS_EXECUTION_FAILED"))["kind"] == "unknown"
