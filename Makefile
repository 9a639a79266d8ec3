# Everything happens in deploy/bootstrap.py; PYTHON may be any Python from 3.9 on.
PYTHON ?= python3
ARGS ?=

.PHONY: help run test check verify bench screenshots doctor manage

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run:  ## start the whole site on this machine
	@$(PYTHON) deploy/bootstrap.py run

test:  ## all tests; ARGS="tests/sandbox -k fork" for some
	@$(PYTHON) deploy/bootstrap.py test $(ARGS)

check:  ## before a commit: format, lint, types, import contracts, migrations, settings, all but slow tests
	@$(PYTHON) deploy/bootstrap.py check $(ARGS)

verify:  ## every sample of the projects that changed on five draws, and new examples of every property, 10,000 of each fuzz test
	@$(PYTHON) deploy/bootstrap.py verify
	@MILEPOST_FUZZ_EXAMPLES=10000 $(PYTHON) deploy/bootstrap.py test -m hypothesis

bench:  ## what pages and the sandbox cost, as ratios within one run
	@$(PYTHON) deploy/bootstrap.py bench

screenshots:  ## docs/screenshots/ anew, from the browser journey
	@$(PYTHON) deploy/bootstrap.py screenshots

doctor:  ## what the sandbox can and cannot do on this machine
	@$(PYTHON) deploy/bootstrap.py doctor

manage:  ## Django's command line with the site's settings; ARGS="check_repo --help"
	@$(PYTHON) deploy/bootstrap.py manage $(ARGS)
