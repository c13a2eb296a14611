package dev.falcon.house;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Code that breaks a rule on purpose: written into a folder, compiled without the house's checks, and read back. */
final class Seeded {
    private static final Pattern PACKAGE = Pattern.compile("^package ([a-z.]+);", Pattern.MULTILINE);
    private static final Pattern TYPE =
            Pattern.compile("^(?:@\\w+ )*(?:public |final |abstract |sealed )*(?:class|interface|record|enum) (\\w+)",
                    Pattern.MULTILINE);

    private Seeded() {}

    /** Compiles the sources, each one compilation unit, below the folder. */
    static JavaClasses classes(Path folder, String... sources) {
        try {
            List<Path> files = new ArrayList<>();
            for (String source : sources) {
                files.add(write(folder, source));
            }
            Path output = Files.createDirectories(folder.resolve("classes"));
            compile(files, output);
            return new ClassFileImporter().importPath(output);
        } catch (IOException e) {
            throw new IllegalStateException("Seeded code could not be written", e);
        }
    }

    /** Writes one compilation unit to where its package and its type's name say; gives the file. */
    static Path write(Path folder, String source) throws IOException {
        Matcher packageLine = PACKAGE.matcher(source);
        if (!packageLine.find()) {
            throw new IllegalArgumentException("No package in: " + source);
        }
        Matcher type = TYPE.matcher(source);
        String name = type.find() ? type.group(1) : "package-info";
        Path file = folder.resolve("sources")
                .resolve(packageLine.group(1).replace('.', '/'))
                .resolve(name + ".java");
        Files.createDirectories(file.getParent());
        return Files.writeString(file, source);
    }

    private static void compile(List<Path> files, Path output) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(diagnostics, null, null)) {
            List<String> options = List.of("-d", output.toString(), "-proc:none", "-classpath",
                    System.getProperty("java.class.path"));
            boolean compiled = compiler.getTask(null, manager, diagnostics, options, null,
                    manager.getJavaFileObjectsFromPaths(files)).call();
            if (!compiled) {
                throw new IllegalArgumentException("Seeded code does not compile: " + diagnostics.getDiagnostics());
            }
        }
    }
}
