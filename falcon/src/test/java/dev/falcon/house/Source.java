package dev.falcon.house;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * One source file, parsed by the compiler but not resolved.
 *
 * @param name its path from the module, with slashes
 */
record Source(String name, List<String> lines, CompilationUnitTree tree, Trees trees) {

    /** All Java files below a folder; none where there is no such folder. */
    static List<Source> below(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return parse(files.filter(file -> file.toString().endsWith(".java")).sorted().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Source> parse(List<Path> files) throws IOException {
        if (files.isEmpty()) {
            return List.of();
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Source> sources = new ArrayList<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null,
                    manager.getJavaFileObjectsFromPaths(files));
            Trees trees = Trees.instance(task);
            for (CompilationUnitTree tree : task.parse()) {
                Path file = Path.of(tree.getSourceFile().toUri());
                sources.add(new Source(nameOf(file), Files.readAllLines(file), tree, trees));
            }
        }
        return sources;
    }

    private static String nameOf(Path file) {
        Path module = Path.of("").toAbsolutePath();
        Path shown = file.startsWith(module) ? module.relativize(file) : file;
        return shown.toString().replace('\\', '/');
    }

    boolean isTest() {
        return name.contains("src/test/");
    }

    String packageName() {
        return tree.getPackageName() == null ? "" : tree.getPackageName().toString();
    }

    /** Lines from the first to the last of a part of the tree, both counted. */
    long linesOf(Tree part) {
        var positions = trees.getSourcePositions();
        return lineAt(positions.getEndPosition(tree, part)) - lineAt(positions.getStartPosition(tree, part)) + 1;
    }

    /** File and line of a part of the tree, as editors understand it. */
    String placeOf(Tree part) {
        return name + ":" + lineAt(trees.getSourcePositions().getStartPosition(tree, part));
    }

    private long lineAt(long position) {
        return tree.getLineMap().getLineNumber(position);
    }
}
