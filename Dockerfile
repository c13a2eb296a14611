# A worker's image: docker build --build-arg VERSION=1.2.3 -t falcon-worker:1.2.3 .
#
# The jar is built inside, or taken as `make build` left it (JAR_FROM=prebuilt), which is what a pipeline that has already
# tested a jar wants: the same bytes go into the image.
ARG JAR_FROM=source

FROM maven:3.9-eclipse-temurin-25 AS source
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/m2 mvn --batch-mode --quiet -Dmaven.repo.local=/m2 -pl falcon -DskipTests package \
    && mkdir /built && cp -r falcon/target/falcon.jar falcon/target/lib /built/

FROM scratch AS prebuilt
COPY falcon/target/falcon.jar /built/falcon.jar
COPY falcon/target/lib /built/lib

FROM ${JAR_FROM} AS jar

FROM eclipse-temurin:25-jre
ARG VERSION=latest
# Numbers, so that Kubernetes can see that it is not root.
ARG UID=10001
RUN groupadd --gid ${UID} falcon && useradd --uid ${UID} --gid ${UID} --no-create-home --home-dir /var/lib/falcon falcon \
    && mkdir -p /var/lib/falcon/spool && chown -R falcon:falcon /var/lib/falcon
WORKDIR /app
COPY --from=jar /built/ ./
COPY bin/falcon bin/falcon
COPY deploy/docker/healthcheck bin/healthcheck
COPY models models
COPY scripts/record-aot.sh /tmp/scripts/record-aot.sh
# The AOT cache belongs to this JVM, this jar and these flags, so it is recorded here, by a worker that is really asked. What it
# unpacks goes into the image, from where Docker fills a new volume: the first start then finds it.
RUN echo "${VERSION}" > VERSION \
    && mkdir scripts && cp /tmp/scripts/record-aot.sh scripts/ \
    && MODEL_CACHE_DIR=/var/lib/falcon/cache scripts/record-aot.sh && rm -rf scripts /tmp/scripts \
    && chown -R falcon:falcon /var/lib/falcon/cache
USER ${UID}:${UID}
ENV MODEL_PATH=/app/models \
    MODEL_CACHE_DIR=/var/lib/falcon/cache \
    INFERENCE_LOG_PATH=/var/lib/falcon/inference.db \
    INFERENCE_LOG_SPOOL_DIR=/var/lib/falcon/spool
VOLUME /var/lib/falcon
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD ["/app/bin/healthcheck"]
ENTRYPOINT ["/app/bin/falcon"]
CMD ["serve"]
