package dev.falcon.cli;

import dev.falcon.config.SettingsCatalog;
import dev.falcon.http.HttpCatalog;
import dev.falcon.inference.ErrorCode;
import dev.falcon.telemetry.Event;
import dev.falcon.telemetry.Metric;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** docs/REFERENCE.md, made from the catalogs in the code. Stateless. */
final class ReferencePage {

    private ReferencePage() {}

    static String markdown() {
        StringBuilder page = new StringBuilder("""
                # Reference

                Made from the code by `make reference`; a test fails when it is out of date.

                ## Settings

                Environment variables; `--env-file FILE` reads more, the environment wins. An empty value counts as unset.
                A wrong value stops the start with every fault listed at once (exit status 78), and so does a name
                within two letters of a setting's. Durations may have fractions. A default path is relative to the installation, a path that is set to the working folder.
                `REDIS_PASSWORD` and `POSTGRES_PASSWORD` may be given as a file instead, named by the variable with
                `_FILE` appended; it is read again at each new connection.

                | name | type | allowed | default | meaning |
                |---|---|---|---|---|
                """);
        for (SettingsCatalog.Row row : SettingsCatalog.rows()) {
            row(page, "`" + row.name() + "`", row.type(), row.allowed(), byDefault(row.byDefault()), row.meaning());
        }
        routes(page);
        page.append("\n## Errors\n\nThe `error_type` of a refusal or failure, and the HTTP status it has. Bodies are ")
                .append("`application/problem+json` with `type`, `title`, `status`, `detail`, `error_type`, `request_id`, ")
                .append("`worker_id`.\n\n| `error_type` | status | counted as | meaning |\n|---|---|---|---|\n");
        for (ErrorCode code : ErrorCode.values()) {
            row(page, "`" + code.wireName() + "`", Integer.toString(HttpCatalog.status(code)),
                    code.kind().name().toLowerCase(Locale.ROOT), code.meaning());
        }
        page.append("\n## Metrics\n\nAll carry `worker_id`. `jvm_*` and `process_*` come besides. ")
                .append("`dependency=\"postgres\"` is the database of the inference log, also where that is SQLite.\n\n")
                .append("| name | type | labels | meaning |\n|---|---|---|---|\n");
        for (Metric metric : Metric.values()) {
            row(page, "`" + metric.fullName() + "`", metric.type().name().toLowerCase(Locale.ROOT),
                    code(metric.labels()), metric.meaning());
        }
        page.append("\n## Log events\n\nThe `event` of a log line, its level, and how many lines a minute one part of ")
                .append("the worker writes at most (`held_back` tells how many were left out).\n\n")
                .append("| event | level | a minute | meaning |\n|---|---|---|---|\n");
        for (Event event : Event.values()) {
            row(page, "`" + event.wireName() + "`", event.severity().name(), Integer.toString(event.perMinute()),
                    event.meaning());
        }
        return page.toString();
    }

    private static void routes(StringBuilder page) {
        page.append("\n## Routes\n\nHTTP/1.1.\n\n| method | path | meaning |\n|---|---|---|\n");
        for (HttpCatalog.Route route : HttpCatalog.routes()) {
            row(page, route.methods(), "`" + route.path() + "`", route.meaning());
        }
        page.append("\nAn answer to `POST /infer` has status 200 and a JSON object:\n\n");
        members(page, HttpCatalog.answer());
        page.append(
                "\nWith `\"models\"`, and to `POST /infer/batch`, it is a list instead, ordered by text and then by model ")
                .append("as they were asked. ")
                .append("One of them that cannot be answered fails the request:\n\n");
        members(page, HttpCatalog.answers());
        page.append("\n`POST /embed` answers with:\n\n");
        members(page, HttpCatalog.embeddings());
        page.append("\n`GET /models` answers with:\n\n");
        members(page, HttpCatalog.models());
        page.append("\n`GET /readyz` answers with:\n\n");
        members(page, HttpCatalog.readiness());
        page.append("\nHeaders that mean something here:\n\n| header | of | meaning |\n|---|---|---|\n");
        for (HttpCatalog.Header header : HttpCatalog.headers()) {
            row(page, "`" + header.name() + "`", header.of(), header.meaning());
        }
    }

    private static void members(StringBuilder page, List<HttpCatalog.Member> members) {
        page.append("| member | meaning |\n|---|---|\n");
        for (HttpCatalog.Member member : members) {
            row(page, "`" + member.name() + "`", member.meaning());
        }
    }

    private static String byDefault(String text) {
        return switch (text) {
            case "" -> "";
            case "{hostname}" -> "the host's name";
            case "{64*cores}" -> "64 for each core";
            default -> "`" + text + "`";
        };
    }

    private static String code(List<String> names) {
        return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    }

    private static void row(StringBuilder page, String... cells) {
        page.append('|');
        for (String cell : cells) {
            page.append(' ').append(cell.replace("|", "\\|")).append(cell.isEmpty() ? "|" : " |");
        }
        page.append('\n');
    }
}
