package dev.falcon.model.transformer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Minimises a smooth function of many variables by limited-memory BFGS (Nocedal and Wright, "Numerical Optimization", 2nd
 * edition, algorithms 7.4 and 7.5) with a backtracking search along each direction. Draws no random numbers. Stateless.
 */
final class Lbfgs {

    /** Steps remembered: curvature from further back says little about here. */
    private static final int MEMORY = 10;
    private static final int HALVINGS = 30;
    private static final double SUFFICIENT = 1e-4;

    /** A function with its gradient. */
    @FunctionalInterface
    interface Function {
        /**
         * @param gradient to be filled
         * @return the value
         */
        double at(double[] point, double[] gradient);
    }

    /**
     * When it is good enough.
     *
     * @param gradient length of the gradient, relative to that where the search began at 0, that counts as none
     */
    record Stop(double gradient, int iterations) {}

    /** A step that was made: how far the point moved, how the gradient turned, and the inverse of their product. */
    private static final class Step {
        private final double[] moved;
        private final double[] turned;
        private final double inverse;

        Step(double[] moved, double[] turned, double inverse) {
            this.moved = moved;
            this.turned = turned;
            this.inverse = inverse;
        }
    }

    private Lbfgs() {}

    /** @param point where to begin; afterwards where it ended */
    static void minimise(Function function, double[] point, Stop stop) {
        double[] gradient = new double[point.length];
        double atZero = length(gradientAtZero(function, point.length));
        double value = function.at(point, gradient);
        Deque<Step> memory = new ArrayDeque<>();
        double[] next = new double[point.length];
        double[] nextGradient = new double[point.length];
        for (int i = 0; i < stop.iterations() && length(gradient) > stop.gradient() * atZero; i++) {
            double[] direction = direction(gradient, memory);
            double slope = product(direction, gradient);
            double size = memory.isEmpty() ? Math.min(1, 1 / length(gradient)) : 1;
            double nextValue = Double.POSITIVE_INFINITY;
            int halvings = 0;
            while (halvings++ < HALVINGS && !(nextValue <= value + SUFFICIENT * size * slope)) {
                size = halvings == 1 ? size : size / 2;
                for (int d = 0; d < next.length; d++) {
                    next[d] = point[d] + size * direction[d];
                }
                nextValue = function.at(next, nextGradient);
            }
            if (!(nextValue < value)) {
                // As far as the numbers' precision goes.
                return;
            }
            remember(memory, difference(next, point), difference(nextGradient, gradient));
            value = nextValue;
            System.arraycopy(next, 0, point, 0, point.length);
            System.arraycopy(nextGradient, 0, gradient, 0, gradient.length);
        }
    }

    private static double[] gradientAtZero(Function function, int size) {
        double[] gradient = new double[size];
        double value = function.at(new double[size], gradient);
        if (!Double.isFinite(value)) {
            throw new IllegalStateException("the function is not finite where all variables are 0");
        }
        return gradient;
    }

    private static double[] direction(double[] gradient, Deque<Step> memory) {
        double[] direction = new double[gradient.length];
        for (int d = 0; d < direction.length; d++) {
            direction[d] = -gradient[d];
        }
        double[] shares = new double[memory.size()];
        int i = 0;
        for (Step step : memory) {
            shares[i] = step.inverse * product(step.moved, direction);
            add(direction, -shares[i], step.turned);
            i++;
        }
        Step latest = memory.peekFirst();
        if (latest != null) {
            double scale = 1 / (latest.inverse * product(latest.turned, latest.turned));
            for (int d = 0; d < direction.length; d++) {
                direction[d] *= scale;
            }
        }
        for (Iterator<Step> oldest = memory.descendingIterator(); oldest.hasNext();) {
            Step step = oldest.next();
            i--;
            add(direction, shares[i] - step.inverse * product(step.turned, direction), step.moved);
        }
        return direction;
    }

    /** A step along which the gradient did not turn says nothing about the curvature. */
    private static void remember(Deque<Step> memory, double[] moved, double[] turned) {
        double curvature = product(moved, turned);
        if (curvature > 1e-12 * product(turned, turned)) {
            memory.addFirst(new Step(moved, turned, 1 / curvature));
            if (memory.size() > MEMORY) {
                memory.removeLast();
            }
        }
    }

    private static double[] difference(double[] a, double[] b) {
        double[] difference = new double[a.length];
        for (int d = 0; d < a.length; d++) {
            difference[d] = a[d] - b[d];
        }
        return difference;
    }

    private static void add(double[] target, double factor, double[] what) {
        for (int d = 0; d < target.length; d++) {
            target[d] += factor * what[d];
        }
    }

    private static double product(double[] a, double[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }

    private static double length(double[] vector) {
        return Math.sqrt(product(vector, vector));
    }
}
