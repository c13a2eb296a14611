package dev.falcon.house;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/** Rules that only sources can show. Stateless. */
final class Tidy {
    static final int LINES_A_FILE = 400;
    static final int LINES_A_METHOD = 60;
    static final int POSITIONAL_PARAMETERS = 4;

    private static final Pattern LEFT_UNDONE = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
    private static final Pattern PACKAGE_OF_IMPORT = Pattern.compile("^((?:[a-z][a-z0-9_]*\\.)*[a-z][a-z0-9_]*)\\.");
    private static final Pattern SKIPS = Pattern.compile("(Disabled|Enabled)\\w*");
    private static final Set<String> ASSUMPTIONS = Set.of("assumeTrue", "assumeFalse", "assumeThat", "assumingThat");

    private final FloorPlan plan;
    private final Libraries libraries;

    Tidy(FloorPlan plan) {
        this.plan = plan;
        this.libraries = new Libraries(plan);
    }

    /** All faults of one file. */
    List<Fault> faults(Source source) {
        List<Fault> faults = new ArrayList<>();
        if (source.lines().size() > LINES_A_FILE) {
            faults.add(new Fault(source.name(), "long file", source.lines().size() + " lines; split it by its jobs"));
        }
        for (int line = 0; line < source.lines().size(); line++) {
            Matcher undone = LEFT_UNDONE.matcher(source.lines().get(line));
            if (undone.find()) {
                faults.add(new Fault(source.name() + ":" + (line + 1), "left undone", undone.group(1)));
            }
        }
        new Walk(source, faults).scan(source.tree(), null);
        return faults;
    }

    /**
     * What is wrong.
     *
     * @param place file, with line or method where that helps
     */
    record Fault(String place, String rule, String detail) {}

    private final class Walk extends TreeScanner<@Nullable Void, @Nullable ClassTree> {
        private final Source source;
        private final List<Fault> faults;

        private Walk(Source source, List<Fault> faults) {
            this.source = source;
            this.faults = faults;
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable ClassTree outer) {
            return super.visitClass(type, type);
        }

        @Override
        public @Nullable Void visitImport(ImportTree line, @Nullable ClassTree outer) {
            if (!source.isTest()) {
                importFault(line.getQualifiedIdentifier().toString())
                        .ifPresent(fault -> report(line, "import", fault));
            }
            return null;
        }

        private Optional<String> importFault(String name) {
            Matcher imported = PACKAGE_OF_IMPORT.matcher(name);
            Optional<String> room = plan.roomOfPackage(source.packageName());
            if (room.isEmpty() || !imported.find()) {
                return Optional.empty();
            }
            String packageName = imported.group(1);
            if (FloorPlan.isOurs(packageName)) {
                return plan.roomOfPackage(packageName)
                        .filter(other -> !plan.mayImport(room.get(), other))
                        .map(other -> "room " + room.get() + " must not use room " + other);
            }
            return libraries.fault(room.get(), packageName);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable ClassTree owner) {
            String where = source.name() + "#" + method.getName();
            if (source.linesOf(method) > LINES_A_METHOD) {
                faults.add(new Fault(where, "long method", source.linesOf(method) + " lines; name its parts"));
            }
            if (owner != null && isOpen(method, owner) && method.getParameters().size() > POSITIONAL_PARAMETERS) {
                faults.add(new Fault(where, "many parameters",
                        method.getParameters().size() + " in a row; make a record of those that belong together"));
            }
            return super.visitMethod(method, owner);
        }

        /** A public method of ours: no constructor, and none whose shape someone else decided. */
        private static boolean isOpen(MethodTree method, ClassTree owner) {
            Set<Modifier> modifiers = method.getModifiers().getFlags();
            boolean isPublic = modifiers.contains(Modifier.PUBLIC)
                    || (owner.getKind() == Tree.Kind.INTERFACE && !modifiers.contains(Modifier.PRIVATE));
            boolean isOverride = method.getModifiers()
                    .getAnnotations()
                    .stream()
                    .anyMatch(annotation -> annotation.getAnnotationType().toString().equals("Override"));
            return isPublic && !isOverride && method.getReturnType() != null;
        }

        @Override
        public @Nullable Void visitAnnotation(AnnotationTree annotation, @Nullable ClassTree owner) {
            String name = lastPart(annotation.getAnnotationType().toString());
            if (source.isTest() && SKIPS.matcher(name).matches()) {
                report(annotation, "skipped test", "@" + name + "; mend the test or delete it");
            }
            return super.visitAnnotation(annotation, owner);
        }

        @Override
        public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable ClassTree owner) {
            String name = call.getMethodSelect().toString();
            if (source.isTest() && ASSUMPTIONS.contains(lastPart(name))) {
                report(call, "skipped test", name + "; a test that may not run proves nothing");
            }
            if (source.isTest() && isSleep(name)) {
                report(call, "sleep", name + "; wait for the condition with Awaitility or a latch");
            }
            return super.visitMethodInvocation(call, owner);
        }

        private static boolean isSleep(String call) {
            return call.endsWith("Thread.sleep") || call.matches("(.*\\b)?TimeUnit\\.[A-Z]+\\.sleep");
        }

        private static String lastPart(String name) {
            return name.substring(name.lastIndexOf('.') + 1);
        }

        private void report(Tree part, String rule, String detail) {
            faults.add(new Fault(source.placeOf(part), rule, detail));
        }
    }
}
