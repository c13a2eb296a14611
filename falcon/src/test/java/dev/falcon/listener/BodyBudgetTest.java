package dev.falcon.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    private static final int BODY = 10_000;

    private final byte[] sent = "x".repeat(BODY).getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private InputStream in() {
        return new ByteArrayInputStream(sent);
    }

    @Test
    void bodiesAreReadWholeAndTheirRoomIsGivenBackAtTheEndOfTheRequest() throws Exception {
        BodyBudget budget = new BodyBudget(3 * BODY);
        try (BodyRoom declared = budget.room(); BodyRoom chunked = budget.room()) {
            assertThat(declared.read(in(), BODY)).isEqualTo(sent);
            assertThat(chunked.read(in(), 2 * BODY)).isEqualTo(sent);
            assertThat(budget.freeBytes()).isLessThanOrEqualTo(BODY);
        }
        assertThat(budget.freeBytes()).isEqualTo(3 * BODY);
    }

    @Test
    void aBodyThatFindsNoRoomIsNotReadAndLeavesNothingBehind() throws Exception {
        BodyBudget budget = new BodyBudget(BODY + 5000);
        try (BodyRoom first = budget.room()) {
            assertThat(first.read(in(), BODY)).isNotNull();
            try (BodyRoom second = budget.room()) {
                assertThat(second.read(in(), BODY)).isNull();
            }
            assertThat(budget.freeBytes()).isEqualTo(5000);
        }
        assertThat(budget.room().read(in(), BODY)).isNotNull();
    }

    @Test
    void aLengthThatIsOnlyAnnouncedTakesLittle() throws Exception {
        BodyBudget budget = new BodyBudget(BODY);
        assertThat(budget.room().read(InputStream.nullInputStream(), 100 * BODY)).isEmpty();
        assertThat(budget.freeBytes()).isGreaterThan(BODY / 2);
    }

    @Test
    void theBudgetIsAnEighthOfTheHeapAndAtLeastAFewBodies() {
        assertThat(BodyBudget.of(1000, 8_000_000).freeBytes()).isEqualTo(1_000_000);
        assertThat(BodyBudget.of(1_000_000, 8_000_000).freeBytes()).isEqualTo(4_000_004);
        assertThat(BodyBudget.of(1000, Long.MAX_VALUE).freeBytes()).isEqualTo(Integer.MAX_VALUE);
    }
}
