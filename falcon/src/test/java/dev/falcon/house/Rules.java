package dev.falcon.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaPackage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;

/** Rules about names, packages and interfaces that class files can show. Each gives one sentence for each fault. */
final class Rules {
    /** What a name ends with though it says nothing, and what to say instead. */
    private static final Map<String, String> EMPTY_SUFFIXES = Map.of(
            "Manager", "say what it does: …Registry keeps, …Pool lends, …Renewer renews",
            "Helper", "put the method on the type it is about, or name the job",
            "Util", "put the method on the type it is about",
            "Utils", "put the method on the type it is about",
            "Impl", "say what is particular about it, or drop the interface: Redis…, InProcess…",
            "Processor", "name the step: …Parser, …Writer, …Batcher",
            "Common", "name what the things have in common",
            "Data", "name what it holds: …Record, …Snapshot, …Row",
            "Info", "name what it tells: …Status, …Manifest, …Description");

    /** Interfaces that may have one implementation, or wait for their second. */
    private static final Set<String> SINGLE_INTERFACES = Set.of(
            "dev.falcon.inference.Ticker",
            "dev.falcon.model.ModelRuntime",
            "dev.falcon.store.KeyValueStore",
            "dev.falcon.inferencelog.LogSink");

    private Rules() {}

    /** The vocabulary's dependencies on anything but the JDK, JSpecify and itself. */
    static List<String> foreignWords(JavaClasses classes) {
        Collection<String> faults = new TreeSet<>();
        for (JavaClass type : classes) {
            if (type.getPackageName().equals("dev.falcon.inference")) {
                type.getDirectDependenciesFromSelf()
                        .stream()
                        .filter(dependency -> !isPlainWord(
                                dependency.getTargetClass().getBaseComponentType().getPackageName()))
                        .forEach(dependency -> faults.add("inference knows only the JDK and JSpecify: "
                                + dependency.getDescription()));
            }
        }
        return new ArrayList<>(faults);
    }

    private static boolean isPlainWord(String packageName) {
        return packageName.isEmpty()
                || packageName.equals("dev.falcon.inference")
                || packageName.startsWith("java.")
                || packageName.startsWith("org.jspecify.");
    }

    static List<String> emptyNames(JavaClasses classes) {
        Collection<String> faults = new TreeSet<>();
        for (JavaClass type : classes) {
            EMPTY_SUFFIXES.forEach((suffix, instead) -> {
                if (type.getSimpleName().endsWith(suffix)) {
                    faults.add(type.getName() + " ends with " + suffix + ": " + instead);
                }
            });
        }
        return new ArrayList<>(faults);
    }

    static List<String> singletonDoors(JavaClasses classes) {
        Collection<String> faults = new TreeSet<>();
        for (JavaClass type : classes) {
            for (JavaMethod method : type.getMethods()) {
                if (method.getName().equals("getInstance")) {
                    faults.add(method.getFullName() + ": build the object once in FalconServer and pass it on");
                }
            }
        }
        return new ArrayList<>(faults);
    }

    static List<String> unmarkedPackages(JavaClasses classes) {
        Collection<String> faults = new TreeSet<>();
        for (JavaClass type : classes) {
            JavaPackage home = type.getPackage();
            if (!home.isAnnotatedWith(NullMarked.class)) {
                faults.add("package " + home.getName() + " needs a package-info.java with @NullMarked");
            }
        }
        return new ArrayList<>(faults);
    }

    /**
     * Interfaces with a single class behind them. Sealed interfaces, annotations and shapes of lambdas
     * ({@code @FunctionalInterface}) are not meant by the rule.
     */
    static List<String> needlessInterfaces(JavaClasses classes) {
        Collection<String> faults = new TreeSet<>();
        for (JavaClass type : classes) {
            if (type.isInterface()
                    && !type.isAnnotation()
                    && !type.getSimpleName().equals("package-info")
                    && !type.isAnnotatedWith(FunctionalInterface.class)
                    && !SINGLE_INTERFACES.contains(type.getName())
                    && !isSealed(type)
                    && implementations(type) < 2) {
                faults.add(type.getName() + " has " + implementations(type)
                        + " implementation: use the class, or mark the shape of a lambda @FunctionalInterface");
            }
        }
        return new ArrayList<>(faults);
    }

    /** ArchUnit does not tell; the class file does. */
    private static boolean isSealed(JavaClass type) {
        try (InputStream in = type.getSource().orElseThrow().getUri().toURL().openStream()) {
            return ClassFile.of().parse(in.readAllBytes()).findAttribute(Attributes.permittedSubclasses()).isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long implementations(JavaClass type) {
        return type.getAllSubclasses().stream().filter(subclass -> !subclass.isInterface()).count();
    }
}
