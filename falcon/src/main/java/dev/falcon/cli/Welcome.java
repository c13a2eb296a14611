package dev.falcon.cli;

import dev.falcon.FalconServer;
import dev.falcon.config.Settings;
import dev.falcon.model.LoadedModel;
import dev.falcon.model.Manifest;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;

/** What a person sees when a worker is ready: one screen. Stateless. */
final class Welcome {

    private Welcome() {}

    static void print(Settings settings, FalconServer server, PrintStream out) {
        Manifest model = server.model().manifest();
        String address = "http://localhost:" + server.port();
        out.print("""

                  Falcon %s is ready, worker %s

                  listens    %s   also /healthz /readyz /metrics
                  serves     %s/%s (%s)%s%s
                  answers    %s
                  records    %s%s

                  try        curl -s %s/infer -H 'Content-Type: application/json' -d '{"text": "Great food and friendly service"}'
                  stop       Ctrl-C

                """.formatted(Version.running(), settings.worker().id(), address, model.name(), model.version(),
                String.join(", ", model.labels()), accuracy(model),
                others(server.otherModels()), answers(settings),
                records(settings), faults(settings.debug()), address));
        out.flush();
    }

    private static String accuracy(Manifest model) {
        return model.heldOut() == null
                ? ""
                : ", %.1f %% accurate on held-out text of its domain".formatted(model.heldOut().accuracy() * 100);
    }

    private static String others(List<LoadedModel> others) {
        return others.isEmpty()
                ? ""
                : "\n             by name also "
                        + others.stream()
                                .map(other -> other.manifest().name() + "/" + other.manifest().version())
                                .collect(Collectors.joining(", "));
    }

    private static String faults(Settings.Debug debug) {
        String leak = debug.memoryGrowth()
                ? "\n  LEAKS      " + debug.memoryGrowthMbPerRequest()
                        + " MB a request on purpose, until it dies of it (DEBUG_MEMORY_GROWTH=true)"
                : "";
        return debug.crashOnText() == null
                ? leak
                : leak + "\n  CRASHES    on purpose, when asked for one text (DEBUG_CRASH_ON_TEXT)";
    }

    private static String answers(Settings settings) {
        String where = settings.redis().host() == null
                ? "in this process only (no REDIS_HOST)"
                : "in this process and in Redis at " + settings.redis().host() + ":" + settings.redis().port();
        return settings.cache().enabled()
                ? "kept for " + settings.cache().ttl().toSeconds() + " s " + where
                : "not cached (CACHE_ENABLED=false); idempotency keys " + where;
    }

    private static String records(Settings settings) {
        if (!settings.inferenceLog().enabled()) {
            return "none (INFERENCE_LOG_ENABLED=false)";
        }
        return settings.postgres().host() == null
                ? "in " + settings.inferenceLog().path() + " (SQLite, no POSTGRES_HOST)"
                : "in PostgreSQL at " + settings.postgres().host() + ":" + settings.postgres().port() + ", database "
                        + settings.postgres().db();
    }
}
