package dev.falcon.proving.drills;

/**
 * The workers' image with a defect in all its models, as a release may have one that its tests did not find: one statement
 * more before each answer, where {@code ServedModels} hands a warm model out. Workers become ready, as nothing is added to the
 * warm-up. Built from the image in use, the checkout's own source and its JDK.
 */
final class DefectiveImage {

    private DefectiveImage() {}

    /**
     * Bash that builds {@code falcon-worker:TAG}.
     *
     * @param statement what is done before the answer to a text, in Java
     */
    static String built(String tag, String statement) {
        return """
                set -e
                tag='%s' java=$(cat target/java-home) work=$(mktemp -d)
                base=falcon-worker:$(sed -n 's/^FALCON_VERSION=//p' .env)
                container=$(docker create "$base")
                docker cp -q "$container:/app/falcon.jar" "$work/falcon.jar"
                docker cp -q "$container:/app/lib" "$work/lib"
                docker rm "$container" > /dev/null
                mkdir "$work/source" "$work/classes"
                warm='warm.model().runtime();'
                defective="(ModelRuntime) java.lang.reflect.Proxy.newProxyInstance(ModelRuntime.class.getClassLoader(),
                  new Class<?>[] {ModelRuntime.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(\\"predict\\")) {
                      for (Object text : (java.util.List<?>) arguments[0]) { %s }
                    }
                    return method.invoke(warm.model().runtime(), arguments);
                  });"
                source=falcon/src/main/java/dev/falcon/serving/ServedModels.java
                whole=$(cat "$source")
                printf '%%s\\n' "${whole/"$warm"/"$defective"}" > "$work/source/ServedModels.java"
                "$java/bin/javac" -nowarn -proc:none -cp "$work/falcon.jar:$work/lib/*" -d "$work/classes" \\
                  "$work/source/ServedModels.java"
                "$java/bin/jar" --update --file "$work/falcon.jar" -C "$work/classes" dev
                rm -r "$work/lib"
                # The AOT cache belongs to the jar as it was.
                printf 'FROM %%s\\nUSER 0\\nCOPY falcon.jar /app/falcon.jar\\n' "$base" > "$work/Dockerfile"
                printf 'RUN echo %%s > /app/VERSION && rm -f /app/falcon.aot\\nUSER 10001:10001\\n' "$tag" >> "$work/Dockerfile"
                docker build -q -t "falcon-worker:$tag" "$work" > /dev/null
                rm -r "$work"
                """
                .formatted(tag, statement);
    }

    /** Bash that builds it and puts all workers on it at once, as the version that is in use. */
    static String inUse(String tag, String statement) {
        return built(tag, statement) + """
                sed -i "s/^FALCON_VERSION=.*/FALCON_VERSION=$tag/" .env
                docker compose up -d --no-deps --no-build --wait worker-1 worker-2 worker-3
                """;
    }
}
