package dev.falcon.model.transformer;

/**
 * A file in a jar on the class path.
 *
 * @param resource its absolute path there
 * @param sha256 what its content must be, in hexadecimal digits
 */
record PackedFile(String resource, String sha256) {

    /** Its name on disk: another content gets another name, so versions of Falcon can share a folder. */
    String fileName() {
        int slash = resource.lastIndexOf('/');
        int dot = resource.lastIndexOf('.');
        return resource.substring(slash + 1, dot) + "-" + sha256.substring(0, 12) + resource.substring(dot);
    }
}
