package dev.falcon.proving.drills;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class EnvPatchTest {

    private static final String ENV = "# of the fleet\nA=1\nB=2\n";

    @Test
    void aLineGoesAndAnotherComes() {
        assertThat(EnvPatch.apply(ENV, "-A=1\n+A=3\n")).isEqualTo("# of the fleet\nB=2\nA=3\n");
    }

    @Test
    void aLineThatComesReplacesThatOfItsName() {
        assertThat(EnvPatch.apply(ENV, "+B=7\n+C=\n")).isEqualTo("# of the fleet\nA=1\nB=7\nC=\n");
    }

    @Test
    void aLineMayJustGo() {
        assertThat(EnvPatch.apply(ENV, "-B=2")).isEqualTo("# of the fleet\nA=1\n");
    }

    @Test
    void aLineThatIsNotThereCannotGo() {
        assertThatThrownBy(() -> EnvPatch.apply(ENV, "-A=2\n+A=3\n")).hasMessage(".env has no line A=2");
    }

    @Test
    void whatIsNoEditIsTold() {
        assertThat(EnvPatch.faults("-A=1\n B=2\n+a=3\n")).containsExactly("\" B=2\" is no -NAME=value or +NAME=value",
                "\"+a=3\" is no -NAME=value or +NAME=value");
    }
}
