// SPDX-License-Identifier: Apache-2.0
package io.varlenring.benchmarks.run;

import io.varlenring.benchmarks.host.HostKind;
import java.util.Locale;

/**
 * What a process of a duel found of a contender where it met that kind of host.
 *
 * @param cell the parameters
 * @param contender the build or peer
 * @param host what the windows met
 * @param windows how many there were
 * @param nanos the median time of a record, or NaN when there is none
 * @param against what it is compared with
 * @param ratio the median of how many times as fast as that it is, or NaN when there is none
 * @param pairs how many windows could be compared
 */
public record DuelRow(
        String cell,
        String contender,
        HostKind host,
        int windows,
        double nanos,
        String against,
        double ratio,
        int pairs) {
    /** Fewer windows, or pairs of them, than this say nothing of a process. */
    public static final int LEAST = 10;

    /**
     * Reads a line of the fields that a duel writes.
     *
     * @param line the fields, with commas between them
     * @return the row
     */
    public static DuelRow parse(final String line) {
        final String[] fields = line.split(",", -1);
        return new DuelRow(
                fields[2],
                fields[3],
                HostKind.valueOf(fields[4].toUpperCase(Locale.ROOT)),
                Integer.parseInt(fields[5]),
                number(fields[7]),
                fields[9],
                number(fields[11]),
                Integer.parseInt(fields[13]));
    }

    private static double number(final String field) {
        return field.isEmpty() ? Double.NaN : Double.parseDouble(field);
    }

    /**
     * Tells whether its ratio is of enough pairs to be shown.
     *
     * @return false for a ratio, and a number of pairs, that must be left out
     */
    public boolean hasRatio() {
        return pairs >= LEAST;
    }

    /** Tells whether its time is of enough windows to be shown. */
    boolean hasTime() {
        return windows >= LEAST;
    }

    boolean isOf(final String otherCell, final String otherContender, final HostKind otherHost) {
        return cell.equals(otherCell) && contender.equals(otherContender) && host == otherHost;
    }
}
