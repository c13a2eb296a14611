package dev.falcon.model.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.falcon.config.SettingsFaults;
import dev.falcon.config.SettingsReader;
import dev.falcon.config.Sources;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How many texts share a run, and that BATCH_MAX_TOKENS says no more than what a run takes. */
class BatchesTest {

    private static int batchMaxTokens(Map<String, String> environment) throws SettingsFaults {
        return SettingsReader.read(new Sources(environment, null),
                new SettingsReader.Surroundings("w", 2, Path.of("home"))).batch().tokensAtMost();
    }

    @Test
    void whateverBatchTheSettingAllowsIsOneRun() throws Exception {
        int allowed = batchMaxTokens(Map.of());

        for (int length = 1; length <= allowed; length++) {
            List<Integer> largest = Collections.nCopies(allowed / length, length);
            assertThat(Batches.of(largest, Encoder.BATCH_TOKENS)).as("texts of %s tokens", length).hasSize(1);
        }
    }

    @Test
    void aLargerBatchThanARunTakesIsNotMade() throws Exception {
        assertThat(batchMaxTokens(Map.of("BATCH_MAX_TOKENS", "4096"))).isEqualTo(Encoder.BATCH_TOKENS);
        assertThat(batchMaxTokens(Map.of("BATCH_MAX_TOKENS", "512"))).isEqualTo(512);
    }

    @Test
    void textsOfLikeLengthsShareARunAndALongOneGoesByItself() {
        assertThat(Batches.of(List.of(5, 2000, 4, 600), 1024)).containsExactly(List.of(2, 0), List.of(3), List.of(1));
    }
}
