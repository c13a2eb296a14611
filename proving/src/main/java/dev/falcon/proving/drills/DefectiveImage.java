package dev.falcon.proving.drills;

/**
 * The workers' image with a defect in its model, as a release may have one that its tests did not find: one statement more
 * where {@code dev.falcon.model.linear} answers a text, for texts that are longer than the warm-up's. Built from the image
 * in use and the checkout's own source.
 */
final class DefectiveImage {

    private DefectiveImage() {}

    /**
     * Bash that builds {@code falcon-worker:TAG}.
     *
     * @param statement what is done before each answer; may throw anything
     */
    static String built(String tag, String statement) {
        return """
                set -e
                tag='%s' java='%s' work=$(mktemp -d)
                base=falcon-worker:$(sed -n 's/^FALCON_VERSION=//p' .env)
                container=$(docker create "$base")
                docker cp -q "$container:/app/falcon.jar" "$work/falcon.jar"
                docker cp -q "$container:/app/lib" "$work/lib"
                docker rm "$container" > /dev/null
                cat > "$work/edit" <<'EDIT'
                s|predictions.add(weights.predict(prepared));|if (prepared.size() > 12) { try { if (true) { %s; } } catch (InterruptedException e) { throw new IllegalStateException(e); } } predictions.add(weights.predict(prepared));|
                EDIT
                mkdir -p "$work/source" "$work/classes"
                sed -f "$work/edit" falcon/src/main/java/dev/falcon/model/linear/LinearRuntime.java > "$work/source/LinearRuntime.java"
                "$java/bin/javac" -nowarn -proc:none -cp "$work/falcon.jar:$work/lib/*" -d "$work/classes" "$work/source/LinearRuntime.java"
                "$java/bin/jar" --update --file "$work/falcon.jar" -C "$work/classes" dev
                printf 'FROM %%s\\nUSER 0\\nCOPY falcon.jar /app/falcon.jar\\nRUN echo %%s > /app/VERSION && rm -f /app/falcon.aot\\nUSER 10001:10001\\n' "$base" "$tag" > "$work/Dockerfile"
                rm -rf "$work/lib"
                docker build -q -t "falcon-worker:$tag" "$work" > /dev/null
                rm -rf "$work"
                """
                .formatted(tag, System.getProperty("java.home"), statement);
    }
}
