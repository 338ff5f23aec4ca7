// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the virtual machine lays the fields that a handle's thread writes all the time. */
final class PaddingTest {
    private static final int LINE_PAIR = 128;

    private static long offset(final Field field) throws ReflectiveOperationException {
        final Class<?> type = Class.forName("sun.misc.Unsafe"); // tells the layout, and nothing else does
        final Field instance = type.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        return (long) type.getMethod("objectFieldOffset", Field.class).invoke(instance.get(null), field);
    }

    /** Tools that measure coverage add static ones. */
    private static List<Field> fieldsOf(final Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(classes = {RingProducer.class, RingConsumer.class, RingClaim.class})
    void whatIsWritten_hasTwoLinesOfRoomOnEitherSide(final Class<?> handle) throws ReflectiveOperationException {
        final Class<?> written = handle.getSuperclass();
        assertEquals(Padding.class, written.getSuperclass());
        long last = 0;
        for (final Field field : fieldsOf(written)) {
            assertTrue(offset(field) >= LINE_PAIR, field + " is at " + offset(field));
            last = Math.max(last, offset(field));
        }
        long end = 0;
        for (final Field field : fieldsOf(handle)) {
            end = Math.max(end, offset(field));
        }
        assertTrue(end >= last + LINE_PAIR, "written up to " + last + ", and the object ends at " + end);
    }
}
