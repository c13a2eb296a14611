package dev.falcon.model.transformer;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How wide the rows are that a graph takes, as its file says: for a sum that is made before anything is loaded. Looks at the
 * few messages of onnx.proto3 on the way to the inputs' shapes and skips all others, weights included. Stateless.
 */
final class GraphWidth {

    private static final int GRAPH_OF_MODEL = 7;
    private static final int INPUT_OF_GRAPH = 11;
    private static final int TYPE_OF_INPUT = 2;
    private static final int TENSOR_OF_TYPE = 1;
    private static final int SHAPE_OF_TENSOR = 2;
    private static final int SIZE_OF_SHAPE = 1;
    private static final int VALUE_OF_SIZE = 1;

    /** How protobuf puts a value on the wire. */
    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int WITH_LENGTH = 2;
    private static final int FOUR_BYTES = 5;

    private GraphWidth() {}

    /** The widest of its inputs; 0 where it leaves that open, or is no graph that could be read, which loading will say. */
    static int of(Path graph) {
        try (Arena arena = Arena.ofConfined();
                FileChannel file = FileChannel.open(graph, StandardOpenOption.READ)) {
            ByteBuffer model = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena).asByteBuffer();
            long widest = 0;
            for (ByteBuffer input : inside(List.of(model), GRAPH_OF_MODEL, INPUT_OF_GRAPH)) {
                List<ByteBuffer> sizes =
                        inside(List.of(input), TYPE_OF_INPUT, TENSOR_OF_TYPE, SHAPE_OF_TENSOR, SIZE_OF_SHAPE);
                if (sizes.size() == 2) {
                    widest = Math.max(widest, number(sizes.getLast(), VALUE_OF_SIZE));
                }
            }
            return (int) Math.min(widest, Graphs.MAX_TOKENS);
        } catch (IOException | BufferUnderflowException | IllegalArgumentException | ArithmeticException
                | UnsupportedOperationException e) {
            return 0;
        }
    }

    /** The messages at the end of this path of fields. */
    private static List<ByteBuffer> inside(List<ByteBuffer> messages, int... path) {
        List<ByteBuffer> found = messages;
        for (int field : path) {
            List<ByteBuffer> next = new ArrayList<>();
            for (ByteBuffer message : found) {
                while (message.hasRemaining()) {
                    ByteBuffer value = next(message, field);
                    if (value != null) {
                        next.add(value);
                    }
                }
            }
            found = next;
        }
        return found;
    }

    /** Steps over one field; its value where it is the field that is asked for, and has a length. */
    private static @Nullable ByteBuffer next(ByteBuffer message, int field) {
        long tag = varint(message);
        int length = switch ((int) (tag & 7)) {
            case VARINT -> {
                varint(message);
                yield 0;
            }
            case EIGHT_BYTES -> Long.BYTES;
            case WITH_LENGTH -> Math.toIntExact(varint(message));
            case FOUR_BYTES -> Integer.BYTES;
            default -> throw new IllegalArgumentException("no protobuf");
        };
        int begin = message.position();
        message.position(begin + length);
        return tag == ((long) field << 3 | WITH_LENGTH) ? message.slice(begin, length) : null;
    }

    /** A whole number's value; 0 where there is none. */
    private static long number(ByteBuffer message, int field) {
        while (message.hasRemaining()) {
            int begin = message.position();
            if (varint(message) == ((long) field << 3 | VARINT)) {
                return varint(message);
            }
            message.position(begin);
            next(message, 0);
        }
        return 0;
    }

    private static long varint(ByteBuffer message) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = message.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("no protobuf");
    }
}
