package dev.falcon.house;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which rooms there are and what each may import. A room is one package below {@code dev.falcon}; the base package
 * itself is the room {@link #ROOT}. Immutable.
 */
final class FloorPlan {
    static final String BASE = "dev.falcon";
    static final String ROOT = "(root)";
    static final Set<String> ROOT_CLASSES = Set.of("FalconServer", "Runtimes");

    /**
     * A new room gets its line here, in the same commit as its first class. The lower floors stand first, and a line
     * names only rooms above it, which is what keeps the house free of cycles.
     */
    private static final List<Room> PLAN = List.of(
            room("inference"),
            room("config"),
            room("json"),
            room("memory", "config"),
            room("telemetry", "inference", "json", "memory"),
            room("resilience", "inference", "config", "telemetry"),
            room("store", "inference", "config", "telemetry", "resilience"),
            room("cache", "inference", "config", "telemetry", "json", "store"),
            room("idempotency", "inference", "config", "telemetry", "json", "store"),
            room("batching", "inference", "config", "telemetry"),
            room("model", "inference", "config", "telemetry", "json"),
            room("model.linear", "inference", "config", "telemetry", "json", "model"),
            room("model.transformer", "inference", "config", "telemetry", "json", "model"),
            room("inferencelog", "inference", "config", "telemetry", "json", "resilience"),
            room("quarantine", "inference", "telemetry", "store"),
            room("serving", "inference", "config", "telemetry", "cache", "idempotency", "batching", "model",
                    "inferencelog", "quarantine"),
            room("listener", "inference", "config", "telemetry"),
            room("http", "inference", "config", "telemetry", "json", "serving", "listener"),
            room("doctor", "inference", "config", "memory", "telemetry", "resilience", "store", "model",
                    "inferencelog"),
            roomAboveAllOthers(ROOT),
            roomAboveAllOthers("cli"));

    private final Map<String, Set<String>> allowed = new TreeMap<>();

    private FloorPlan(List<Room> rooms) {
        for (Room room : rooms) {
            Set<String> below = Set.copyOf(allowed.keySet());
            if (!room.everythingAbove() && !below.containsAll(room.mayImport())) {
                throw new IllegalArgumentException(
                        "The line of " + room.name() + " names a room that does not stand above it: " + room);
            }
            allowed.put(room.name(), room.everythingAbove() ? below : room.mayImport());
        }
    }

    /** The plan of this house. */
    static FloorPlan ofFalcon() {
        return new FloorPlan(PLAN);
    }

    /** A plan of other rooms, each naming only rooms before it. */
    static FloorPlan of(Room... rooms) {
        return new FloorPlan(List.of(rooms));
    }

    static Room room(String name, String... mayImport) {
        return new Room(name, Set.of(mayImport), false);
    }

    private static Room roomAboveAllOthers(String name) {
        return new Room(name, Set.of(), true);
    }

    Set<String> rooms() {
        return allowed.keySet();
    }

    /** The room of a package, or empty where the package is no room. */
    Optional<String> roomOfPackage(String packageName) {
        if (packageName.equals(BASE)) {
            return Optional.of(ROOT);
        }
        return packageName.startsWith(BASE + ".")
                ? Optional.of(packageName.substring(BASE.length() + 1)).filter(allowed::containsKey)
                : Optional.empty();
    }

    /** Whether code of one room may import from the other. */
    boolean mayImport(String room, String other) {
        return room.equals(other) || allowed.getOrDefault(room, Set.of()).contains(other);
    }

    /** Every class outside a room, and every dependency that the plan does not allow. */
    List<String> faults(JavaClasses classes) {
        Collection<String> faults = new TreeSet<>();
        for (JavaClass type : classes) {
            Optional<String> room = roomOfPackage(type.getPackageName());
            if (room.isEmpty()) {
                faults.add(type.getName() + " is in no room: put it into one, or draw a new room on the floor plan");
                continue;
            }
            String outermost = outermostSimpleName(type);
            if (room.get().equals(ROOT) && !ROOT_CLASSES.contains(outermost) && !outermost.equals("package-info")) {
                faults.add(type.getName() + " stands in the base package, which holds only " + ROOT_CLASSES);
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (isOurs(target.getPackageName())) {
                    roomOfPackage(target.getPackageName())
                            .filter(other -> !mayImport(room.get(), other))
                            .ifPresent(other -> faults.add(
                                    "room " + room.get() + " must not use room " + other + ": "
                                            + dependency.getDescription()));
                }
            }
        }
        return new ArrayList<>(faults);
    }

    static boolean isOurs(String packageName) {
        return packageName.equals(BASE) || packageName.startsWith(BASE + ".");
    }

    private static String outermostSimpleName(JavaClass type) {
        String simple = type.getName().substring(type.getPackageName().length() + 1);
        int nested = simple.indexOf('$');
        return nested < 0 ? simple : simple.substring(0, nested);
    }

    /** One line of the plan. */
    record Room(String name, Set<String> mayImport, boolean everythingAbove) {}
}
