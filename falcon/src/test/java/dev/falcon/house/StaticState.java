package dev.falcon.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaStaticInitializer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds static state that can change: fields that are not final, fields of types made to change, arrays that others can
 * reach, and collections that a static initializer fills and does not seal. A private array passes as a constant.
 */
final class StaticState {
    private static final String INSTEAD = ": make it a field of an object that FalconServer builds";

    private static final Set<String> CHANGING_PACKAGES =
            Set.of("java.util.concurrent.atomic", "java.util.concurrent.locks");

    private static final Set<String> CHANGING_TYPES = Set.of(
            "java.lang.StringBuilder",
            "java.lang.StringBuffer",
            "java.lang.Thread",
            "java.lang.ThreadLocal",
            "java.lang.InheritableThreadLocal",
            "java.security.SecureRandom",
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.util.concurrent.Executor",
            "java.util.concurrent.Semaphore",
            "java.util.concurrent.CountDownLatch",
            "java.util.concurrent.CompletableFuture");

    private static final Set<String> COLLECTIONS = Set.of("java.util.Collection", "java.util.Map");

    private StaticState() {}

    static List<String> faults(JavaClasses classes) {
        Collection<String> faults = new TreeSet<>();
        for (JavaClass type : classes) {
            for (JavaField field : type.getFields()) {
                Set<JavaModifier> modifiers = field.getModifiers();
                if (modifiers.contains(JavaModifier.STATIC) && !modifiers.contains(JavaModifier.SYNTHETIC)) {
                    if (!modifiers.contains(JavaModifier.FINAL)) {
                        faults.add(field.getFullName() + " is static and not final" + INSTEAD);
                    } else if (canChange(field)) {
                        faults.add(field.getFullName() + " is a static " + field.getRawType().getName() + INSTEAD);
                    }
                }
            }
        }
        return new ArrayList<>(faults);
    }

    private static boolean canChange(JavaField field) {
        JavaClass type = field.getRawType();
        if (type.isArray()) {
            return !field.getModifiers().contains(JavaModifier.PRIVATE);
        }
        if (CHANGING_PACKAGES.contains(type.getPackageName())
                || CHANGING_TYPES.stream().anyMatch(type::isAssignableTo)) {
            return true;
        }
        boolean isCollection = COLLECTIONS.stream().anyMatch(type::isAssignableTo);
        boolean isMadeToChange = isCollection && !type.isInterface();
        return isMadeToChange || (isCollection && isFilledInPlace(field.getOwner()));
    }

    /** A static initializer that makes a collection of the JDK's changing kinds and never takes a sealed copy. */
    private static boolean isFilledInPlace(JavaClass owner) {
        return owner.getStaticInitializer()
                .filter(StaticState::makesACollection)
                .filter(initializer -> initializer.getMethodCallsFromSelf()
                        .stream()
                        .map(call -> call.getTarget().getName())
                        .noneMatch(name -> name.equals("copyOf") || name.startsWith("unmodifiable")))
                .isPresent();
    }

    private static boolean makesACollection(JavaStaticInitializer initializer) {
        return initializer.getConstructorCallsFromSelf()
                .stream()
                .map(call -> call.getTargetOwner())
                .anyMatch(made -> made.getPackageName().startsWith("java.util")
                        && COLLECTIONS.stream().anyMatch(made::isAssignableTo));
    }
}
