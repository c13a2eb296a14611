package dev.falcon.house;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which room uses which library. Only its owner imports it, and none of its types stands in a public signature, so that
 * another library could take its place by work in one room. Immutable.
 */
final class Libraries {
    private static final List<Library> OWNERS = List.of(
            library("io.helidon", "listener", "http").shared(),
            library("tools.jackson", "json"),
            library("com.fasterxml.jackson", "json"),
            library("org.slf4j", "telemetry"),
            library("ch.qos.logback", "telemetry"),
            library("io.prometheus", "telemetry"),
            library("io.opentelemetry", "telemetry"),
            library("io.github.resilience4j", "resilience"),
            library("io.lettuce", "store"),
            library("io.netty", "store"),
            library("reactor", "store"),
            library("com.github.benmanes.caffeine", "cache"),
            library("java.sql", "inferencelog"),
            library("javax.sql", "inferencelog"),
            library("com.zaxxer.hikari", "inferencelog"),
            library("org.flywaydb", "inferencelog"),
            library("org.postgresql", "inferencelog"),
            library("org.sqlite", "inferencelog"),
            library("de.siegmar.fastcsv", "model"),
            library("de.bwaldvogel.liblinear", "model.linear"),
            library("ai.onnxruntime", "model.transformer"),
            library("ai.djl", "model.transformer"),
            library("picocli", "cli"));

    /** Used everywhere: annotations that leave nothing behind at run time. */
    private static final Set<String> EVERYWHERE =
            Set.of("org.jspecify.annotations", "com.google.errorprone.annotations");

    private static final Set<String> JDK = Set.of("java", "javax", "jdk", "com.sun.management", "com.sun.net");

    private final FloorPlan plan;

    Libraries(FloorPlan plan) {
        this.plan = plan;
    }

    /** Every use of a library outside its room, and every library without one. */
    List<String> strayUses(JavaClasses classes) {
        Collection<String> faults = new TreeSet<>();
        for (JavaClass type : classes) {
            String room = plan.roomOfPackage(type.getPackageName()).orElse("?");
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                fault(room, target.getPackageName())
                        .ifPresent(fault -> faults.add(fault + ": " + dependency.getDescription()));
            }
        }
        return new ArrayList<>(faults);
    }

    /** Why code of the room may not use the package, or empty where it may. */
    Optional<String> fault(String room, String packageName) {
        if (packageName.isEmpty() || FloorPlan.isOurs(packageName) || isBelowAny(EVERYWHERE, packageName)) {
            return Optional.empty();
        }
        Optional<Library> library = libraryOf(packageName);
        if (library.isPresent()) {
            return library.get().rooms().contains(room)
                    ? Optional.empty()
                    : Optional.of("room " + room + " must not use " + library.get().packagePrefix()
                            + ", which belongs to " + library.get().rooms());
        }
        return isBelowAny(JDK, packageName)
                ? Optional.empty()
                : Optional
                        .of("no room owns " + packageName + ": give it an owner in " + Libraries.class.getSimpleName());
    }

    /** Every type of a library in a public or protected signature of a public class. */
    List<String> leaks(JavaClasses classes) {
        Collection<String> faults = new TreeSet<>();
        for (JavaClass type : classes) {
            if (isOpen(type)) {
                type.getMembers()
                        .stream()
                        .filter(Libraries::isOpen)
                        .forEach(member -> signature(member)
                                .map(JavaClass::getBaseComponentType)
                                .filter(this::mustStayInside)
                                .forEach(leaked -> faults.add(
                                        member.getFullName() + " shows " + leaked.getName()
                                                + ": a library's type stays inside its room")));
            }
        }
        return new ArrayList<>(faults);
    }

    private boolean mustStayInside(JavaClass type) {
        return libraryOf(type.getPackageName()).filter(library -> !library.isShared()).isPresent();
    }

    private static Stream<JavaClass> signature(JavaMember member) {
        Stream<JavaType> types = switch (member) {
            case JavaField field -> Stream.of(field.getType());
            case JavaCodeUnit method -> Stream.of(
                    Stream.of(method.getReturnType()),
                    method.getParameterTypes().stream(),
                    method.getExceptionTypes().stream().map(JavaType.class::cast))
                    .flatMap(all -> all);
            default -> Stream.empty();
        };
        return types.flatMap(type -> type.getAllInvolvedRawTypes().stream());
    }

    private static boolean isOpen(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(Libraries::isOpen).orElse(true);
    }

    private static boolean isOpen(JavaMember member) {
        Set<JavaModifier> modifiers = member.getModifiers();
        return (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED))
                && !modifiers.contains(JavaModifier.SYNTHETIC);
    }

    private static Optional<Library> libraryOf(String packageName) {
        return OWNERS.stream()
                .filter(library -> isBelow(library.packagePrefix(), packageName))
                .max(Comparator.comparingInt(library -> library.packagePrefix().length()));
    }

    private static boolean isBelowAny(Set<String> prefixes, String packageName) {
        return prefixes.stream().anyMatch(prefix -> isBelow(prefix, packageName));
    }

    private static boolean isBelow(String prefix, String packageName) {
        return packageName.equals(prefix) || packageName.startsWith(prefix + ".");
    }

    private static Library library(String packagePrefix, String... rooms) {
        return new Library(packagePrefix, new TreeSet<>(Arrays.asList(rooms)), false);
    }

    /**
     * One line of the map.
     *
     * @param isShared whether its rooms speak it with each other, so that its types may stand in their signatures
     */
    private record Library(String packagePrefix, Set<String> rooms, boolean isShared) {
        private Library shared() {
            return new Library(packagePrefix, rooms, true);
        }
    }
}
