# What a person types here. `make` alone lists the targets.
MVN ?= mvn -B -ntp

JAR := falcon/target/falcon.jar
# Folders are listed too: a deleted file changes only the time of its folder.
PROVING_JAR := proving/target/proving.jar
JAR_SOURCES := pom.xml falcon/pom.xml build/JavaHome.java $(shell find falcon/src/main 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help run build proving test format data train aot measure reference clean secrets image up down logs check-health \
	psql redis-cli load demo measure-fleet maintenance-on maintenance-off cache-clear drop-oldest-day restart deploy rollback \
	rotate-passwords check-fleet drill

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Build, then serve on this machine (PORT, LOG_FORMAT and all other settings by environment)
# A worker that was told to stop and did (130, 143) is no failure. The shell passes on what make itself is told.
	@LOG_FORMAT=$${LOG_FORMAT:-text} bin/falcon serve & worker=$$!; \
	trap 'kill -TERM $$worker' INT TERM; \
	wait $$worker; status=$$?; \
	while kill -0 $$worker 2> /dev/null; do wait $$worker; status=$$?; done; \
	case $$status in 130|143) ;; *) exit $$status ;; esac

build: $(JAR) ## Build the program without its tests; quick when nothing changed

# Maven leaves a jar alone whose content did not change, so its time is set here.
$(JAR): $(JAR_SOURCES)
	@$(MVN) -q -pl falcon -Dmaven.test.skip=true package
	@touch $@

proving: $(PROVING_JAR) ## Build what proves it; bin/proving lists the proofs and measurements

$(PROVING_JAR): $(JAR_SOURCES) proving/pom.xml $(shell find proving/src falcon/src/test 2>/dev/null)
	@$(MVN) -q -DskipTests package
	@touch $(JAR) $@

test: ## Build everything, run every test and check the formatting
	$(MVN) verify

format: ## Format all Java sources
	@$(MVN) -q spotless:apply

data: ## Fetch the public data sets that models are trained on
	scripts/fetch-data.sh

train: build data ## Train the shipped models anew (after it, a restart serves them)
	bin/falcon train --data data/sentiment.tsv --name sentiment-linear --force
	bin/falcon train --runtime transformer --data data/sentiment.tsv --name sentiment --force

aot: build ## Record what the JVM learns at a start, so that later ones take half the time; again after each build
	@scripts/record-aot.sh

measure: proving ## Measure what a worker costs (half an hour; on a quiet machine) and write docs/PERFORMANCE.md
	bin/proving measure --results docs/performance.json --write docs/PERFORMANCE.md

measure-fleet: proving ## Measure the running stack (10 minutes; on a quiet machine), into the same page
	bin/proving measure --only fleet,front-door,space --results docs/performance.json --write docs/PERFORMANCE.md

reference: build ## Regenerate docs/REFERENCE.md from the settings in the code
	@mkdir -p docs
	@bin/falcon config --reference > target/REFERENCE.md
	@mv target/REFERENCE.md docs/REFERENCE.md

secrets: ## Generate the passwords of the compose stack into secrets/, and .env, where they are missing
	@scripts/secrets.sh

image: secrets ## Build the workers' image, tagged with FALCON_VERSION of .env
	docker compose build worker-1

up: image ## Start the whole platform (needs Docker), and wait until it is healthy
	docker compose up -d --wait

down: ## Stop the platform; its data stays
	docker compose down

logs: ## Follow the workers' logs
	docker compose logs -f --no-log-prefix worker-1 worker-2 worker-3

check-health: ## One line for each service; fails if one is not well
	@scripts/check-health.sh

psql: ## A prompt at the inference log
	docker exec -it falcon-postgres psql -U falcon -d falcon_inference

redis-cli: ## A prompt at Redis
	docker exec -it falcon-redis redis-cli

load: proving ## Ask the front door 100 times a second for half a minute, and say what became of it
	bin/proving load

demo: ## Half a minute on the running stack: a cache hit, a replay, a worker killed and no request lost
	@scripts/demo.sh

maintenance-on: ## The front door answers 503 with Retry-After, health pages excepted
	docker exec -u 0 falcon-nginx touch /var/lib/falcon-nginx/maintenance

maintenance-off: ## The front door serves again
	docker exec -u 0 falcon-nginx rm -f /var/lib/falcon-nginx/maintenance

cache-clear: ## Remove cached answers from Redis, and no idempotency key
	@scripts/cache-clear.sh

drop-oldest-day: ## Remove the oldest day of the inference log for good, when its disk is full
	@scripts/drop-oldest-day.sh

restart: ## Restart the workers one after the other; nothing is lost
	@scripts/deploy.sh .

deploy: ## Put the workers on an image: make deploy VERSION=1.2.3
	@scripts/deploy.sh "$(VERSION)"

rollback: ## Back to the image before the last deploy, or to another: make rollback VERSION=1.2.2
	@scripts/deploy.sh "$(or $(VERSION),-)"

rotate-passwords: ## New passwords for Redis and PostgreSQL, without a restart
	@scripts/rotate-passwords.sh

check-fleet: proving ## Every operation on the running stack under load: nothing may be lost
	@scripts/check-fleet.sh

drill: proving ## Cause each incident of the runbook, end it by its commands: make drill [INCIDENT=…] [CAUSE=…] [CONTROLS=1]
	bin/proving drill $(if $(INCIDENT),--incident $(INCIDENT)) $(if $(CAUSE),--cause $(CAUSE)) $(if $(CONTROLS),--controls) \
		$(if $(INCIDENT)$(CAUSE),,--report docs/drills)

clean: ## Remove all that was built
	@rm -rf target */target
