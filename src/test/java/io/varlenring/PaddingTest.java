// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
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

    /** The fields of a class and its superclasses, down to the room in front of them. */
    private static List<Field> written(final Class<?> first) {
        final List<Field> fields = new ArrayList<>();
        for (Class<?> type = first; type != Padding.class; type = type.getSuperclass()) {
            fields.addAll(fieldsOf(type));
        }
        return fields;
    }

    @ParameterizedTest
    @ValueSource(
            classes = {Reservations.class, ConsumerSide.class, RecordView.class, RingCounters.class, RingMemory.class})
    void whatIsWritten_hasTwoLinesOfRoomOnEitherSide(final Class<?> padded) throws ReflectiveOperationException {
        long last = 0;
        for (final Field field : written(padded.getSuperclass())) {
            if (!field.getName().startsWith("gap")) {
                assertTrue(offset(field) >= LINE_PAIR, field + " is at " + offset(field));
                last = Math.max(last, offset(field));
            }
        }
        long end = 0;
        for (final Field field : fieldsOf(padded)) {
            end = Math.max(end, offset(field));
        }
        assertTrue(end >= last + LINE_PAIR, "written up to " + last + ", and the object ends at " + end);
    }

    @Test
    void controlWords_haveTwoLinesOfRoomBetweenThem() throws ReflectiveOperationException {
        final List<Long> offsets = new ArrayList<>();
        for (final Field field : written(ControlWords.class)) {
            if (!field.getName().startsWith("gap")) {
                offsets.add(offset(field));
            }
        }
        assertEquals(3, offsets.size());
        offsets.sort(null);
        assertTrue(offsets.get(1) - offsets.get(0) >= LINE_PAIR, offsets.toString());
        assertTrue(offsets.get(2) - offsets.get(1) >= LINE_PAIR, offsets.toString());
        for (final String read : List.of("data", "waiter")) { // by all threads
            assertTrue(offset(RingMemory.class.getDeclaredField(read)) - offsets.get(2) >= LINE_PAIR, read);
        }
    }
}
