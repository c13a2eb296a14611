package dev.falcon.proving.soak;

/**
 * A worker at one moment.
 *
 * @param requests asked so far
 * @param liveBytes heap in use right after a whole collection
 * @param temporaryFiles files in its folder for temporary ones
 * @param perSecond requests a second since the start
 */
record Sample(long requests, long liveBytes, long residentBytes, long threads, long openFiles, long temporaryFiles,
        double perSecond) {}
