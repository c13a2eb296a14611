package dev.falcon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReferencePageTest {

    @Test
    void theReferencePageIsTheOneTheCodePrints() throws IOException {
        Path page = Path.of("..", "docs", "REFERENCE.md");

        assertThat(Files.readString(page)).as("run `make reference`").isEqualTo(ReferencePage.markdown());
    }
}
