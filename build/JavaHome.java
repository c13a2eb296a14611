import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the home of the JDK that runs it into the file named by the one argument; bin/falcon reads that file. */
void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[0]);
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, System.getProperty("java.home") + "\n");
}
