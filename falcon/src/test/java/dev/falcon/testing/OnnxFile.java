package dev.falcon.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes small ONNX graphs: the few messages of onnx.proto3 that they need, as protobuf puts them on the wire. For use by
 * one thread.
 */
public final class OnnxFile {

    /** Numbers of TensorProto.DataType. */
    public enum Element {
        FLOAT(1),
        INT32(6),
        INT64(7),
        STRING(8),
        FLOAT16(10),
        DOUBLE(11);

        private final int number;

        Element(int number) {
            this.number = number;
        }
    }

    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;
    private static final int OPSET_ML = 2;
    private static final String ML = "ai.onnx.ml";

    private final Message graph = new Message().text(2, "small");

    /** A node's attribute, as it is written. */
    public static final class Attribute {

        private final Message message;

        private Attribute(Message message) {
            this.message = message;
        }
    }

    /** A whole number. */
    public static Attribute whole(String name, long value) {
        return new Attribute(new Message().text(1, name).number(3, value).number(20, 2));
    }

    /** A list of whole numbers. */
    public static Attribute wholes(String name, List<Long> values) {
        Message message = new Message().text(1, name).number(20, 7);
        values.forEach(value -> message.number(8, value));
        return new Attribute(message);
    }

    /** A list of strings. */
    public static Attribute strings(String name, List<String> values) {
        Message message = new Message().text(1, name).number(20, 8);
        values.forEach(value -> message.text(9, value));
        return new Attribute(message);
    }

    /** An input; a size below 0 is left open. */
    public OnnxFile input(String name, Element type, long... shape) {
        graph.message(11, value(name, type, shape));
        return this;
    }

    /** An output; a size below 0 is left open. */
    public OnnxFile output(String name, Element type, long... shape) {
        graph.message(12, value(name, type, shape));
        return this;
    }

    private static Message value(String name, Element type, long... shape) {
        Message sizes = new Message();
        for (int i = 0; i < shape.length; i++) {
            sizes.message(1, shape[i] < 0
                    ? new Message().text(2, "open" + i)
                    : new Message().number(1, shape[i]));
        }
        Message tensor = new Message().number(1, type.number).message(2, sizes);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    /** Constant numbers of this shape, row by row. */
    public OnnxFile weights(String name, float[] numbers, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float number : numbers) {
            raw.putFloat(number);
        }
        return constant(name, Element.FLOAT, raw.array(), shape);
    }

    /** A constant list of one whole number, as axes are given. */
    public OnnxFile axis(String name, long axis) {
        return constant(name, Element.INT64,
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(axis).array(), 1);
    }

    private OnnxFile constant(String name, Element type, byte[] raw, long... shape) {
        Message tensor = new Message();
        for (long size : shape) {
            tensor.number(1, size);
        }
        graph.message(5, tensor.number(2, type.number).text(8, name).bytes(9, raw));
        return this;
    }

    /** An operator of the standard set. */
    public OnnxFile node(String operator, List<String> inputs, String output, Attribute... attributes) {
        return node("", operator, inputs, output, attributes);
    }

    /** An operator of the set for classical models. */
    public OnnxFile mlNode(String operator, List<String> inputs, String output, Attribute... attributes) {
        return node(ML, operator, inputs, output, attributes);
    }

    private OnnxFile node(String domain, String operator, List<String> inputs, String output,
            Attribute... attributes) {
        Message node = new Message();
        inputs.forEach(input -> node.text(1, input));
        node.text(2, output).text(4, operator).text(7, domain);
        for (Attribute attribute : attributes) {
            node.message(5, attribute.message);
        }
        graph.message(1, node);
        return this;
    }

    /** The file's content. */
    public byte[] bytes() {
        return new Message().number(1, IR_VERSION)
                .message(7, graph)
                .message(8, new Message().text(1, "").number(2, OPSET))
                .message(8, new Message().text(1, ML).number(2, OPSET_ML))
                .toBytes();
    }

    /** Fields of one protobuf message, in the order in which they are added. */
    private static final class Message {

        private static final int VARINT = 0;
        private static final int LENGTH_DELIMITED = 2;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        Message number(int field, long value) {
            varint(((long) field << 3) | VARINT);
            varint(value);
            return this;
        }

        Message bytes(int field, byte[] value) {
            varint(((long) field << 3) | LENGTH_DELIMITED);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.toBytes());
        }

        byte[] toBytes() {
            return out.toByteArray();
        }
    }
}
