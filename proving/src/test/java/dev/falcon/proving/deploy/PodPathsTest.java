package dev.falcon.proving.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.testing.WorkerProcess;
import dev.falcon.testing.WorkerSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker with the settings of the cluster's pods answers every path that the cluster asks. */
final class PodPathsTest {
    /** Stores and folders of the cluster. */
    private static final Set<String> NOT_HERE = Set.of("REDIS_HOST", "REDIS_PASSWORD_FILE", "POSTGRES_HOST",
            "POSTGRES_PASSWORD_FILE", "INFERENCE_LOG_SPOOL_DIR", "MODEL_CACHE_DIR", "JAVA_OPTS");

    @TempDir private Path folder;

    @Test
    void probesAndScrapesAreAnswered() throws IOException {
        Fleet fleet = new Fleet(Kustomization.build(KubernetesTest.MANIFESTS.resolve("overlays/production")));
        List<String> paths = new ArrayList<>();
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
            paths.add(fleet.worker().at(probe, "httpGet", "path").text());
        }
        paths.add(fleet.the("PodMonitor").at("spec", "podMetricsEndpoints", 0, "path").text());
        WorkerSetup setup = WorkerSetup.in(folder);
        for (Map.Entry<String, String> each : Fit.variables(fleet).entrySet()) {
            if (!NOT_HERE.contains(each.getKey())) {
                setup.with(each.getKey(), each.getValue());
            }
        }
        try (WorkerProcess worker = setup.start()) {
            assertThat(paths).hasSize(4).allSatisfy(path -> assertThat(worker.get(path).status()).isEqualTo(200));
            assertThat(worker.get("/health").status()).isEqualTo(404);
        }
    }
}
