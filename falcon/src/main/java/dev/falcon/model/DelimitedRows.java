package dev.falcon.model;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.falcon.model.LabelledTexts.Collector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** CSV and TSV: a first row of column names, then an example a row, each with as many fields. Stateless. */
final class DelimitedRows {

    private DelimitedRows() {}

    static void readCsv(String content, Collector collector) throws LabelledTextFault {
        long line = 1;
        try (CsvReader<CsvRecord> reader = CsvReader.builder()
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowUnclosedQuote(false)
                .skipEmptyLines(true)
                .maxBufferSize(LabelledTexts.MAX_TEXT_CHARS * 2)
                .ofCsvRecord(content)) {
            Header header = null;
            Iterator<CsvRecord> rows = reader.iterator();
            while (rows.hasNext()) {
                CsvRecord row = rows.next();
                line = row.getStartingLineNumber();
                if (header == null) {
                    header = Header.of(row.getFields(), line, collector);
                } else {
                    header.take(row.getFields(), line, collector);
                }
            }
        } catch (CsvParseException e) {
            throw collector.fault(line, "not CSV, in the row at or after this line: " + reason(e));
        } catch (IOException e) {
            throw new UncheckedIOException("closing a reader over memory", e);
        }
    }

    static void readTsv(String content, Collector collector) throws LabelledTextFault {
        Header header = null;
        long line = 0;
        int start = 0;
        while (start < content.length()) {
            int end = content.indexOf('\n', start);
            end = end < 0 ? content.length() : end;
            String row = content.substring(start, end > start && content.charAt(end - 1) == '\r' ? end - 1 : end);
            start = end + 1;
            line++;
            if (row.isEmpty()) {
                continue;
            }
            List<String> fields = Arrays.asList(row.split("\t", -1));
            if (header == null) {
                header = Header.of(fields, line, collector);
            } else {
                header.take(fields, line, collector);
            }
        }
    }

    private static String reason(CsvParseException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return String.valueOf(cause.getMessage());
    }

    /** Where the two columns are, and how many there are. */
    private record Header(int text, int label, int size) {

        static Header of(List<String> names, long line, Collector collector) throws LabelledTextFault {
            return new Header(index(names, collector.columns().text(), line, collector),
                    index(names, collector.columns().label(), line, collector), names.size());
        }

        private static int index(List<String> names, String wanted, long line, Collector collector)
                throws LabelledTextFault {
            int index = names.indexOf(wanted);
            if (index < 0) {
                throw collector.fault(line, "there is no column \"" + wanted + "\"; the first row names "
                        + String.join(", ", names.stream().limit(20).toList()));
            }
            if (names.lastIndexOf(wanted) != index) {
                throw collector.fault(line, "there are two columns \"" + wanted + "\"");
            }
            return index;
        }

        void take(List<String> fields, long line, Collector collector) throws LabelledTextFault {
            if (fields.size() != size) {
                throw collector.fault(line, "has " + fields.size() + " fields where the first row has " + size);
            }
            collector.add(line, fields.get(text), fields.get(label));
        }
    }
}
