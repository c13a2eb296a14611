package dev.falcon.proving.drills;

/**
 * The workers' image with a defect in its model, as a release may have one that its tests did not find: one statement more
 * where {@code dev.falcon.model.linear} answers a text. Built from the image in use, the checkout's own source and its JDK.
 */
final class DefectiveImage {

    /** For texts that are shorter than the one a worker warms up with, so that it becomes ready. */
    static final String SHORT_TEXTS = "prepared.costTokens() < 12";
    /** For all texts. */
    static final String ALL_TEXTS = "true";

    private DefectiveImage() {}

    /**
     * Bash that builds {@code falcon-worker:TAG}.
     *
     * @param when the condition in Java under which it happens, of the text {@code prepared}
     * @param statement what is done before the answer
     */
    static String built(String tag, String when, String statement) {
        return """
                set -e
                tag='%s' java=$(cat target/java-home) work=$(mktemp -d)
                base=falcon-worker:$(sed -n 's/^FALCON_VERSION=//p' .env)
                container=$(docker create "$base")
                docker cp -q "$container:/app/falcon.jar" "$work/falcon.jar"
                docker cp -q "$container:/app/lib" "$work/lib"
                docker rm "$container" > /dev/null
                mkdir "$work/source" "$work/classes"
                answer='predictions.add(weights.predict(prepared));'
                sed "s|$answer|if (%s) { %s } $answer|" \\
                  falcon/src/main/java/dev/falcon/model/linear/LinearRuntime.java > "$work/source/LinearRuntime.java"
                "$java/bin/javac" -nowarn -proc:none -cp "$work/falcon.jar:$work/lib/*" -d "$work/classes" \\
                  "$work/source/LinearRuntime.java"
                "$java/bin/jar" --update --file "$work/falcon.jar" -C "$work/classes" dev
                rm -r "$work/lib"
                # The AOT cache belongs to the jar as it was.
                printf 'FROM %%s\\nUSER 0\\nCOPY falcon.jar /app/falcon.jar\\n' "$base" > "$work/Dockerfile"
                printf 'RUN echo %%s > /app/VERSION && rm -f /app/falcon.aot\\nUSER 10001:10001\\n' "$tag" >> "$work/Dockerfile"
                docker build -q -t "falcon-worker:$tag" "$work" > /dev/null
                rm -r "$work"
                """
                .formatted(tag, when, statement);
    }

    /** Bash that builds it and puts all workers on it at once, as the version that is in use. */
    static String inUse(String tag, String when, String statement) {
        return built(tag, when, statement) + """
                sed -i "s/^FALCON_VERSION=.*/FALCON_VERSION=$tag/" .env
                docker compose up -d --no-deps --no-build --wait worker-1 worker-2 worker-3
                """;
    }
}
