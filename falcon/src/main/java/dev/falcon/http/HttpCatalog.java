package dev.falcon.http;

import dev.falcon.inference.ErrorCode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the HTTP front takes and gives, as rows for the reference page. Stateless. */
public final class HttpCatalog {

    /**
     * A path.
     *
     * @param methods allowed on it
     */
    public record Route(String methods, String path, String meaning) {}

    /** A member of an answer's body. */
    public record Member(String name, String meaning) {}

    /**
     * A header field that means something here.
     *
     * @param of who sends it: {@code request}, {@code answer} or both
     */
    public record Header(String name, String of, String meaning) {}

    private HttpCatalog() {}

    /** The status that a failure is answered with. */
    public static int status(ErrorCode code) {
        return HttpStatus.of(code);
    }

    public static List<Route> routes() {
        return List.of(
                new Route("POST", HttpFront.INFER,
                        "Classifies one text. The body is `{\"text\": …}` as `application/json` in UTF-8, and may hold"
                                + " `\"model\"`, NAME (of the versions served the default one, else the highest) or"
                                + " NAME/VERSION, or `\"models\"`, a list of such: then there is an answer by each. It holds"
                                + " nothing else; the text has 1 to " + thousands(InferenceBody.MAX_TEXT_CHARACTERS)
                                + " characters (Unicode code points) and is not blank."),
                new Route("POST", HttpFront.INFER_BATCH,
                        "Classifies several texts, all or none. The body is `{\"texts\": [ … ]}` with 1 to MAX_BATCH_TEXTS of"
                                + " them, each as in `/infer`, and may hold `\"model\"` or `\"models\"` as there; texts times"
                                + " models may not be more either. Each answer comes out of the cache or not by itself. A refusal"
                                + " names the index of the text that it is for. An eighth of the heap is for answers of more"
                                + " than " + ReplyBudget.SMALL_BYTES / 1024
                                + " KB that are worked on or being sent, here and on"
                                + " the other paths; while slow readers hold it, requests for such are refused as overloaded."),
                new Route("POST", HttpFront.EMBED,
                        "Embeds texts: the vector of length 1 that a model with an encoder has for a text's meaning. The body is"
                                + " `{\"text\": …}` or `{\"texts\": [ … ]}` with 1 to MAX_BATCH_TEXTS of them, each as in `/infer`,"
                                + " and may hold `\"model\"`; a model without embeddings is refused as unknown_model. It is admitted,"
                                + " queued, bounded and counted as a classification is, but not cached, not kept under an"
                                + " idempotency key, which is not looked at, and not recorded in the inference log."),
                new Route(HttpFront.READ, HttpFront.MODELS,
                        "The models that are served here, the default one first."),
                new Route(HttpFront.READ, HttpFront.HEALTH,
                        "200 while the process is alive, with `status`, `worker_id`, `timestamp` and `uptime_seconds`."),
                new Route(HttpFront.READ, HttpFront.READY,
                        "200 while a model is warm and no drain has begun, else 503. What is missing besides is in `degraded`."),
                new Route(HttpFront.READ, HttpFront.METRICS,
                        "The metrics below: Prometheus text, or by `Accept` OpenMetrics or protobuf, which alone carries native histograms."));
    }

    /** The body of a classification, in its order. */
    public static List<Member> answer() {
        return List.of(new Member("prediction", "The most probable label."),
                new Member("confidence", "Its probability."),
                new Member("probabilities", "The probability of each label of the model."),
                new Member("cache_hit", "Whether the answer came out of a cache."),
                new Member("truncated",
                        "Only where the text was longer than the model reads, and then `true`: its beginning alone was answered, now or when the answer was kept."),
                new Member("idempotency_hit", "Whether it is the answer kept under the idempotency key."),
                new Member("model_name", "Name of the model that answered."),
                new Member("model_version", "Its version."),
                new Member("worker_id", "The worker that sent this answer."),
                new Member("request_id", "The id of this request, also in `X-Request-ID` and in the log."),
                new Member("processing_time_ms", "Time from the request's arrival to its answer."));
    }

    /** The body of a list of answers, in its order, members of one answer by path. */
    public static List<Member> answers() {
        return List.of(new Member("answers[].item", "Index of the text, from 0."),
                new Member("answers[].prediction", "The most probable label."),
                new Member("answers[].confidence", "Its probability."),
                new Member("answers[].probabilities", "The probability of each label of the model."),
                new Member("answers[].cache_hit", "Whether this answer came out of a cache."),
                new Member("answers[].truncated",
                        "Only where the text was longer than the model reads, and then `true`: its beginning alone was answered, now or when the answer was kept."),
                new Member("answers[].model_name", "Name of the model that gave this answer."),
                new Member("answers[].model_version", "Its version."),
                new Member("idempotency_hit", "Whether these are the answers kept under the idempotency key."),
                new Member("worker_id", "The worker that sent these answers."),
                new Member("request_id", "The id of this request, also in `X-Request-ID` and in the log."),
                new Member("processing_time_ms", "Time from the request's arrival to its answers."));
    }

    /** The body of embeddings, in its order. */
    public static List<Member> embeddings() {
        return List.of(
                new Member("embeddings",
                        "For each text, in the order asked, its components as numbers of single precision."),
                new Member("model_name", "Name of the model whose they are; all of one encoder have the same."),
                new Member("model_version", "Its version."),
                new Member("dimensions", "How many components each has."),
                new Member("truncated",
                        "For each text whether it was longer than the model reads, so that its beginning alone was embedded."),
                new Member("worker_id", "The worker that sent this answer."),
                new Member("request_id", "The id of this request, also in `X-Request-ID` and in the log."),
                new Member("processing_time_ms", "Time from the request's arrival to its answer."));
    }

    /** The body of the list of models, in its order, members of one model by path. */
    public static List<Member> models() {
        return List.of(new Member("models[].name", "Its name."), new Member("models[].version", "Its version."),
                new Member("models[].digest", "SHA-256 of all that determines its answers."),
                new Member("models[].labels", "What it tells apart, in the order of the probabilities."),
                new Member("models[].runtime", "What kind of model it is."),
                new Member("models[].default", "Whether it answers where a request names no model."),
                new Member("models[].calls",
                        "How it is called, as its warm-up showed best: `direct`, `one_at_a_time` or `batched`."),
                new Member("models[].batch_size", "Texts that it is given at once at most."),
                new Member("models[].batch_gain",
                        "How many times as fast as one by one it answered so many texts at once, when it was warmed up; 1 where it is given one."),
                new Member("models[].embedding_dimensions", "How long its embeddings are; 0 if it has none."),
                new Member("worker_id", "The worker that says so."),
                new Member("timestamp", "When this was said, in UTC."));
    }

    /** The body of a readiness page, in its order, its checks by path. */
    public static List<Member> readiness() {
        return List.of(new Member("ready", "Whether requests should be sent here."),
                new Member("worker_id", "The worker that says so."),
                new Member("checks.model_loaded", "Whether a model is loaded and has answered."),
                new Member("checks.redis_available",
                        "Whether Redis answers. Without `REDIS_HOST` always true: the store is in this process."),
                new Member("checks.database_available",
                        "Whether records reach the log's database, PostgreSQL or SQLite; true if nothing is recorded."),
                new Member("degraded", "What is missing while the worker serves on: `redis`, `database`."),
                new Member("timestamp", "When this was said, in UTC."));
    }

    public static List<Header> headers() {
        return List.of(
                new Header(Fields.CONTENT_TYPE.toString(), "request",
                        "`application/json`, if with a charset then `utf-8`."),
                new Header(Fields.IDEMPOTENCY_KEY + "` or `" + Fields.X_IDEMPOTENCY_KEY, "request",
                        "1 to " + IdempotencyKey.MAX_CHARACTERS
                                + " visible ASCII characters, bare or as a quoted string: repeats of the request get the first answer for IDEMPOTENCY_TTL_SECONDS."),
                new Header(Fields.X_REQUEST_ID.toString(), "request, answer",
                        "1 to " + RequestId.MAX_CHARACTERS
                                + " of [A-Za-z0-9._-], given back; anything else is replaced by an id that is made."),
                new Header(Fields.TRACEPARENT.toString(), "request",
                        "Its trace id goes into the log, and with OTEL_EXPORTER_OTLP_ENDPOINT the request's span is a child of its (W3C Trace Context)."),
                new Header(Fields.X_FORWARDED_FOR.toString(), "request", "Believed of TRUSTED_PROXIES only."),
                new Header(Fields.IDEMPOTENT_REPLAYED.toString(), "answer",
                        "`true`: this is the answer to the first request with the key."),
                new Header(Fields.IDEMPOTENCY_STATUS.toString(), "answer",
                        "`unavailable`: the key could not be kept or looked up, and a repeat may be computed anew."),
                new Header(Fields.SERVER_TIMING.toString(), "answer",
                        "With predictions or embeddings: the time of each stage it came through, as in `inference_stage_duration_seconds`, and the total since its arrival, in ms (W3C Server Timing)."),
                new Header(Fields.RETRY_AFTER.toString(), "answer", "Seconds to wait before another try; with "
                        + Stream.of(ErrorCode.values())
                                .filter(Problems::isWorthAnotherTry)
                                .map(code -> "`" + code.wireName() + "`")
                                .collect(Collectors.joining(", "))
                        + "."),
                new Header(Fields.ALLOW.toString(), "answer", "With `method_not_allowed`: the methods of the path."));
    }

    private static String thousands(int number) {
        return number / 1000 + ",000";
    }
}
