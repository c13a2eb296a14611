package dev.falcon.house;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;

/** The product's own class files, read once for all tests of the house. */
final class MainClasses {
    private static final JavaClasses CLASSES = read();

    private MainClasses() {}

    static JavaClasses all() {
        return CLASSES;
    }

    private static JavaClasses read() {
        Path classes = Path.of("target", "classes");
        if (!Files.isDirectory(classes)) {
            throw new IllegalStateException("The tests run in the folder of their module, after its compilation");
        }
        return new ClassFileImporter().importPath(classes);
    }
}
