// SPDX-License-Identifier: Apache-2.0
package io.varlenring.tasklet;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.varlenring.PaddingTest;
import java.lang.reflect.Field;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jol.datamodel.DataModel;

/** Where HotSpot places the fields of a tasklet, which its wakers and its loop write in turn. */
final class TaskletPaddingTest {
    private static final int LINE = 64;

    @ParameterizedTest
    @MethodSource("io.varlenring.PaddingTest#models")
    void whatIsShared_hasALineOfRoomOnEitherSide(final DataModel model) {
        long last = 0;
        for (Class<?> type = Tasklet.class.getSuperclass(); type != Padding.class; type = type.getSuperclass()) {
            for (final Field field : PaddingTest.fieldsOf(type)) {
                final long offset = PaddingTest.offset(field, model);
                assertTrue(offset >= LINE, field + " is at " + offset);
                last = Math.max(last, offset);
            }
        }
        long end = 0;
        for (final Field field : PaddingTest.fieldsOf(Tasklet.class)) {
            end = Math.max(end, PaddingTest.offset(field, model));
        }
        assertTrue(end >= last + LINE, "written up to " + last + ", and the object ends at " + end);
    }
}
