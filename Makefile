# The same as ./archivist, for habit. `make help` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help demo up test test-unit test-integration test-e2e test-compose check format lock doctor clean

help:  ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-18s %s\n", $$1, $$2 }'

demo:  ## the whole job on this machine, without Docker
	./archivist demo

up:  ## the stack as processes of this machine, until Ctrl-C
	./archivist up

test:  ## unit, integration and e2e tests, with servers of their own
	./archivist test

test-unit:  ## tests that need nothing but Python
	./archivist test unit

test-integration:  ## tests against a real PostgreSQL, Redis and ffmpeg
	./archivist test integration

test-e2e:  ## the main job through the front door
	./archivist test e2e

test-compose:  ## the containers, from nothing to a verified publication
	./archivist test compose

check:  ## format, lint, types and import rules
	./archivist check

format:  ## put the code into the one format
	.venv/bin/ruff format . && .venv/bin/ruff check --fix .

lock:  ## write requirements/ again from pyproject.toml (needs uv)
	deploy/lock

doctor:  ## is everything here that Archivist needs?
	./archivist doctor

clean:  ## remove var/: databases, captions made here, logs
	./archivist clean
