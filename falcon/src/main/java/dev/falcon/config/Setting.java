package dev.falcon.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One environment variable, declared on the record component that holds it. The reader, the effective-settings page and
 * the reference are all made from this.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {

    /** The variable's name. */
    String env();

    /** The default as it would be written in the environment; empty means unset. */
    String byDefault() default "";

    /** The unit of the number, as a word for people and to scale durations: {@code seconds} or {@code ms}. */
    String unit() default "";

    /** The smallest number allowed, in {@link #unit()}. */
    double min() default 0;

    /** The largest number allowed, in {@link #unit()}. */
    double max() default Integer.MAX_VALUE;

    /** What a text must match as a whole. */
    String pattern() default "(?s).*";

    /** Of a host: the variable that its port goes into, for whoever writes both into one. */
    String port() default "";

    /** What it does, in a sentence or two. */
    String meaning();
}
