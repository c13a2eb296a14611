package dev.falcon.store;

/**
 * What must happen as one step, in the server's own language. KEYS[1] is the key throughout. Sent as text each time: a
 * server that was restarted or failed over has forgotten scripts known by their hash.
 */
final class Scripts {

    /** ARGV: value, milliseconds. Gives a list of what was there: the client could not tell nothing from no bytes. */
    static final String PUT_IF_ABSENT = """
            local there = redis.call('GET', KEYS[1])
            if there then return {there} end
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return {}""";

    /** ARGV: expected, value, milliseconds. Gives 1 if it was there. */
    static final String REPLACE = """
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
            redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
            return 1""";

    /** ARGV: expected. Gives 1 if it was there. */
    static final String REMOVE = """
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
            return redis.call('DEL', KEYS[1])""";

    /** ARGV: expected, milliseconds. Gives 1 if it was there. */
    static final String EXTEND = """
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
            return redis.call('PEXPIRE', KEYS[1], ARGV[2])""";

    private Scripts() {}
}
