# Building, testing and installing social-mirror. `make` alone builds for debugging; `make demo` shows it at work.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := all
# One shell for a whole recipe.
.ONESHELL:
.DELETE_ON_ERROR:

SWIFT ?= swift
# The traits of a package are a set, and go to the compiler in its order: by chance in every run of SwiftPM 6.3, so that mostly all of the
# program would be built anew. A fixed order of sets holds for the build alone.
BUILD = SWIFT_DETERMINISTIC_HASHING=1 $(SWIFT) build
# A target that imports what it does not declare is an error: the rooms of the package stay apart.
SWIFTFLAGS ?= --explicit-target-dependency-import-check error
RELEASEFLAGS ?= -c release --static-swift-stdlib --product social-mirror
# Arguments of `make demo`, such as ARGS="--port 9000", of `make fuzz`: how many requests, and the seed; or of the drills.
ARGS ?=

DESTDIR ?=
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
DOCDIR ?= $(PREFIX)/share/doc/social-mirror

PYTHON ?= python3

.PHONY: all build release test test-web picture fuzz fuzz-coverage soak drill drill-push demo redoc interop lint house messages bench report-gallery cookbook install verify-units verify-monitoring deb deb-trial clean system-packages swift-present

all: build

# Swift 6.2 is the oldest that reads the package; 6.3 is what it is tested with.
swift-present:
	@if ! command -v $(SWIFT) >/dev/null; then
	  echo "Swift is missing: install 6.3 (6.2 at least) from https://www.swift.org/install, or name it: make SWIFT=/path/to/swift" >&2
	  exit 1
	fi
	version=$$($(SWIFT) --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
	if [[ -z "$$version" || "$$(printf '6.2\n%s\n' "$$version" | sort -V | head -n 1)" != 6.2 ]]; then
	  echo "$(SWIFT) is version $${version:-unknown}; 6.3 (6.2 at least) is needed: https://www.swift.org/install" >&2
	  exit 1
	fi

# Installs the missing ones of libcurl, SQLite, zlib and libpq headers, sqlite3, openssl, curl and python3, where there is apt-get.
system-packages:
	@packaging/system-packages

build: swift-present
	$(BUILD) $(SWIFTFLAGS)

release: swift-present system-packages
	$(BUILD) $(SWIFTFLAGS) $(RELEASEFLAGS)

# Simulations keep every core busy, so they run by themselves: tests that wait for sockets would starve beside them.
# A filter or a crash can leave a run without tests that still calls itself passed: the count is checked. Swift Testing begins
# all tests at once where it is not told how many (Swift 6.3 reads this): two cores then leave a test without a turn for minutes.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 8
test: swift-present system-packages
	$(BUILD) --build-tests $(SWIFTFLAGS)
	total=0
	for tier in "--skip Simulation" "--filter Simulation"; do
	  # Each simulation keeps a core busy: more of them at once only take each other's time.
	  if [[ "$$tier" == --filter* ]]; then export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=2; fi
	  if ! $(SWIFT) test --skip-build $(SWIFTFLAGS) $$tier 2>&1 | tee .build/test.log; then
	    echo "test: what failed ($$tier), once more:" >&2
	    grep -a -A 6 -E 'recorded an issue|^(fatal )?error:|Fatal error|unexpected signal' .build/test.log | grep -av '^[✔◇]' | head -n 200 >&2 || true
	    exit 1
	  fi
	  count=$$(sed -n 's/.*Test run with \([0-9]*\) tests\{0,1\} .*passed.*/\1/p' .build/test.log | tail -n 1)
	  if [[ "$${count:-0}" -eq 0 ]]; then echo "test: no tests ran ($$tier)" >&2; exit 1; fi
	  total=$$((total + count))
	done
	echo "test: $$total tests passed"

# The built program's pages in a headless Chromium: see Tests/Web. ARGS="check dashboard" or ARGS="check api" is half of it. What drives the
# browser comes from PyPI, and so does ReDoc; as root, Chromium from Debian where it is missing. Screenshots are in .build/web/screenshots.
CHROMIUM ?=
test-web: swift-present system-packages
	$(BUILD) $(SWIFTFLAGS) --product social-mirror
	PYTHON="$(PYTHON)" CHROMIUM="$(CHROMIUM)" Tests/Web/run .build/debug/social-mirror $(ARGS)

# docs/pictures/dashboard.png, of the dashboard over a sample community.
picture: swift-present system-packages
	$(BUILD) $(SWIFTFLAGS) --product social-mirror
	PYTHON="$(PYTHON)" CHROMIUM="$(CHROMIUM)" Tests/Web/run .build/debug/social-mirror picture docs/pictures/dashboard.png

# Random requests to a local API in one process, as fast as it answers: ARGS="5000000 42" sends five million of seed 42.
fuzz: swift-present system-packages
	$(BUILD) $(SWIFTFLAGS) -c release --product Fuzz
	exec .build/release/Fuzz $(ARGS)

# libFuzzer, which sees what code its inputs reach, on each place where bytes come in (`FuzzTarget`), FOR seconds each: make
# fuzz-coverage FOR=600 FUZZ="query body". What it learned stays in .build/fuzz/corpus; an input that broke something in
# .build/fuzz/found, and `swift run CoverageFuzz TARGET FILE` replays it.
FUZZ ?= token bearer query body page
fuzz-coverage: swift-present system-packages
	flags="-c release $(SWIFTFLAGS) --scratch-path .build/fuzz --sanitize fuzzer -Xswiftc -DFUZZER"
	$(BUILD) $$flags --product CoverageFuzz
	program=$$($(BUILD) $$flags --show-bin-path)/CoverageFuzz
	for target in $(FUZZ); do
	  mkdir -p .build/fuzz/corpus/$$target .build/fuzz/found
	  echo "fuzz-coverage: $$target, $(FOR) s"
	  FUZZ_TARGET=$$target $$program -max_total_time=$(FOR) -timeout=20 -rss_limit_mb=4096 -max_len=16384 -print_final_stats=1 \
	    -artifact_prefix=.build/fuzz/found/$$target- .build/fuzz/corpus/$$target Tests/CoverageFuzz/seeds/$$target
	done

# Random histories of the pull, then of the push, against a simulated site, in a release build of its own: make soak FOR=600 SEED=1
# (seconds for each, first seed). SOAK=SimulationTests or SOAK=PushSimulationTests plays one of them.
FOR ?= 60
SOAK ?= SimulationTests PushSimulationTests
soak: swift-present system-packages
	flags="-c release -Xswiftc -enable-testing $(SWIFTFLAGS) --scratch-path .build/soak"
	$(BUILD) --build-tests $$flags
	for suite in $(SOAK); do
	  SOAK_SECONDS=$(FOR) $(if $(SEED),SOAK_SEED=$(SEED)) $(SWIFT) test --skip-build $$flags \
	    --filter "ScenarioTests\.$$suite/soak"
	done

# The built program writes to a sample site over sockets; see drill/push/. ARGS="backlog 10000 20", "mirrors", "day"; all three
# without: a day, two mirrors, a backlog of 1,000.
drill-push: swift-present system-packages
	$(BUILD) $(SWIFTFLAGS) --product social-mirror
	PYTHON="$(PYTHON)" drill/push/run .build/debug/social-mirror $(ARGS)

demo: swift-present system-packages
	$(BUILD) $(SWIFTFLAGS) --product social-mirror
	exec .build/debug/social-mirror demo $(ARGS)

# ReDoc, for the page that shows the API's description: from PyPI into .build/redoc, where the program that was built here looks for it
# and `make install` takes it from.
redoc:
	$(PYTHON) packaging/redoc/get.py .build/redoc

# Other people's clients against the local API; see interop/. The first run installs them from PyPI. ARGS=try lets schemathesis try the
# API by its description: minutes.
interop: swift-present system-packages
	$(BUILD) $(SWIFTFLAGS) --product social-mirror
	PYTHON="$(PYTHON)" interop/run .build/debug/social-mirror $(ARGS)

# The built program against bad lines and bad sites, over sockets; see drill/. ARGS="kills --seed 7", "guards", "files", "doors", "attacks", "zoo",
# "doctor", "metrics", "admin", "reports" (which needs PostgreSQL); kills and guards without it.
drill: swift-present system-packages
	$(BUILD) $(SWIFTFLAGS) --product social-mirror
	PYTHON="$(PYTHON)" drill/run .build/debug/social-mirror $(ARGS)

# A page with pictures of three ready reports, by matplotlib from PyPI, in .build/report-gallery/page: of DATABASE=data/mirror.sqlite, or
# of an export's snapshot.sqlite, else of the demo.
DATABASE ?=
report-gallery:
	@if [[ -z "$(DATABASE)" ]]; then
	  $(MAKE) --no-print-directory swift-present system-packages
	  $(BUILD) $(SWIFTFLAGS) --product social-mirror
	fi
	PYTHON="$(PYTHON)" tools/report-gallery/run .build/debug/social-mirror "$(DATABASE)"

# Tries docs/cookbook.md on the exports of a demo, with datasette, DuckDB, pandas, polars and Arrow from PyPI; see tools/cookbook/.
cookbook: swift-present system-packages
	$(BUILD) $(SWIFTFLAGS) --product social-mirror
	PYTHON="$(PYTHON)" tools/cookbook/run .build/debug/social-mirror

lint: swift-present
	$(SWIFT) format lint --strict -r Sources Tests Package.swift

# Counts members, sizes, circles and what has no place here, and compares the sources with what is written of them; builds nothing.
# ARGS=--list names what is counted, ARGS=--tighten lowers the limits in tools/house/limits.json to what there is now.
house:
	@$(PYTHON) tools/house $(ARGS)

# Each message of the sources against docs/messages.md; builds nothing.
messages:
	@$(PYTHON) tools/messages

# The table of figures beside their references; ARGS=--quick in under 3 minutes. See Benchmarks/README.md.
bench: swift-present system-packages
	Benchmarks/run $(ARGS)

verify-units:
	@packaging/systemd/verify.sh

# Checks alerts and dashboard with promtool (Debian: prometheus).
verify-monitoring:
	@packaging/monitoring/verify.sh

# Debian packages of the program and of its debug symbols, in .build/debian: of a release build of its own, without `demo`, linked to be
# small: with the data of ICU that English needs, nothing exported, and short relocations. PROGRAM=FILE packs a program that was built
# before, VERSION=… calls the package so. ReDoc comes from PyPI where it was not got before; a package without it says how to get it.
PROGRAM ?=
VERSION ?=
DEB_SCRATCH = .build/deb
deb:
	@program="$(PROGRAM)"
	[[ -n "$${REDOC:-}" || -f .build/redoc/redoc.standalone.js ]] || $(MAKE) --no-print-directory redoc || true
	if [[ -z "$$program" ]]; then
	  $(MAKE) --no-print-directory swift-present system-packages
	  runtime=$$($(SWIFT) -print-target-info -static-stdlib | $(PYTHON) -c 'import json, sys; print(json.load(sys.stdin)["paths"]["runtimeResourcePath"])')
	  mkdir -p $(DEB_SCRATCH)
	  icu=$$(packaging/debian/icu-data "$$runtime/linux/lib_FoundationICU.a" $(DEB_SCRATCH)/icu.o)
	  words=()
	  for word in $$icu --no-export-dynamic -z relro -z now -z pack-relative-relocs; do words+=(-Xlinker "$$word"); done
	  $(BUILD) $(SWIFTFLAGS) $(RELEASEFLAGS) --traits Postgres --scratch-path $(DEB_SCRATCH) -Xswiftc -use-ld=lld "$${words[@]}"
	  program=$(DEB_SCRATCH)/release/social-mirror
	  export CHECKOUTS="$${CHECKOUTS:-$(CURDIR)/$(DEB_SCRATCH)/checkouts}"
	fi
	packaging/debian/build "$$program" .build/debian $(VERSION)

# The life of two packages on a clean Debian under its own systemd: make deb-trial OLD=….deb NEW=….deb PROGRAM=.build/debug/social-mirror
# (with `demo`, to play the site).
deb-trial:
	@packaging/debian/trial "$(OLD)" "$(NEW)" "$(PROGRAM)"

# Installs what `make release` made; builds nothing, so that it can run as root.
install:
	@binary=.build/release/social-mirror
	if [[ ! -x $$binary ]]; then echo "install: $$binary is missing; run: make release" >&2; exit 1; fi
	install -D -m 0755 $$binary "$(DESTDIR)$(BINDIR)/social-mirror"
	install -D -m 0644 packaging/sysusers.d/social-mirror.conf "$(DESTDIR)$(SYSUSERSDIR)/social-mirror.conf"
	install -D -m 0644 packaging/tmpfiles.d/social-mirror.conf "$(DESTDIR)$(TMPFILESDIR)/social-mirror.conf"
	install -d "$(DESTDIR)$(UNITDIR)"
	templates=$$(mktemp -d)
	packaging/systemd/instances "$$templates"
	for unit in packaging/systemd/*.service packaging/systemd/*.timer "$$templates"/*; do
	  target="$(DESTDIR)$(UNITDIR)/$${unit##*/}"
	  sed 's|^ExecStart=/usr/bin/|ExecStart=$(BINDIR)/|' "$$unit" >"$$target"
	  chmod 0644 "$$target"
	done
	rm -r "$$templates"
	install -D -m 0644 config.example.json "$(DESTDIR)$(DOCDIR)/config.example.json"
	install -D -m 0644 LICENSE "$(DESTDIR)$(DOCDIR)/LICENSE"
	if [[ -d .build/redoc ]]; then
	  install -d "$(DESTDIR)$(PREFIX)/share/social-mirror/redoc"
	  install -m 0644 .build/redoc/* "$(DESTDIR)$(PREFIX)/share/social-mirror/redoc/"
	fi
	if [[ -z "$(DESTDIR)" ]]; then
	  echo "installed. Next: systemd-sysusers; systemd-tmpfiles --create; put config.json into /etc/social-mirror; systemctl enable --now social-mirror"
	fi

clean:
	$(SWIFT) package clean
