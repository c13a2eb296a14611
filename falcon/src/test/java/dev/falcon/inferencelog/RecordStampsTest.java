package dev.falcon.inferencelog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecordStampsTest {

    private static final Instant TIME = Instant.parse("2026-03-04T12:00:00.123456789Z");

    @Test
    void anIdIsOfVersion7AndCarriesItsTime() {
        LogRecord.Stamp stamp = new RecordStamps(() -> TIME).next();

        assertThat(stamp.id().version()).isEqualTo(7);
        assertThat(stamp.id().variant()).isEqualTo(2);
        assertThat(stamp.id().getMostSignificantBits() >>> 16).isEqualTo(TIME.toEpochMilli());
        assertThat(stamp.createdAt()).isEqualTo(Instant.parse("2026-03-04T12:00:00.123456Z"));
    }

    @Test
    void idsRiseEvenWhereTheClockStandsOrGoesBack() {
        AtomicReference<Instant> now = new AtomicReference<>(TIME);
        RecordStamps stamps = new RecordStamps(now::get);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (i == 10_000) {
                now.set(TIME.minusSeconds(3600));
            }
            ids.add(stamps.next().id().toString());
        }
        assertThat(ids).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void manyThreadsNeverShareAnId() {
        RecordStamps stamps = new RecordStamps(() -> TIME);
        Set<UUID> ids = ConcurrentHashMap.newKeySet();
        IntStream.range(0, 100_000).parallel().forEach(i -> ids.add(stamps.next().id()));

        assertThat(ids).hasSize(100_000);
    }

    @Test
    void twoWorkersWithOneClockDoNotCollide() {
        RecordStamps one = new RecordStamps(() -> TIME);
        RecordStamps two = new RecordStamps(() -> TIME);
        Set<UUID> ids = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            ids.add(one.next().id());
            ids.add(two.next().id());
        }
        assertThat(ids).hasSize(2000);
    }
}
