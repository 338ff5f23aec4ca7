// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jol.datamodel.DataModel;
import org.openjdk.jol.datamodel.Model64;
import org.openjdk.jol.datamodel.Model64_Lilliput;
import org.openjdk.jol.info.ClassLayout;
import org.openjdk.jol.info.FieldLayout;
import org.openjdk.jol.layouters.HotSpotLayouter;
import org.openjdk.jol.layouters.Layouter;

/** Where HotSpot places the fields that a handle's thread writes all the time, as JOL computes it for this JDK. */
public final class PaddingTest {
    private static final int LINE_PAIR = 128;

    /** Layouts with and without compressed references and class pointers, and with compact headers. */
    private static final List<DataModel> MODELS = List.of(
            new Model64(true, true),
            new Model64(false, true),
            new Model64(false, false),
            new Model64_Lilliput(true, 8, false));

    public static long offset(final Field field, final DataModel model) {
        final Layouter layouter = new HotSpotLayouter(model, Runtime.version().feature());
        for (final FieldLayout laidOut :
                ClassLayout.parseClass(field.getDeclaringClass(), layouter).fields()) {
            if (laidOut.name().equals(field.getName())) {
                return laidOut.offset();
            }
        }
        throw new AssertionError("no field " + field);
    }

    /** Tools that measure coverage add static ones. */
    public static List<Field> fieldsOf(final Class<?> type) {
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

    static Stream<Arguments> paddedInEachModel() {
        return Stream.of(Reservations.class, ConsumerSide.class, RecordView.class, RingCounters.class, RingMemory.class)
                .flatMap(padded -> MODELS.stream().map(model -> Arguments.of(padded, model)));
    }

    public static List<DataModel> models() {
        return MODELS;
    }

    @ParameterizedTest
    @MethodSource("paddedInEachModel")
    void whatIsWritten_hasTwoLinesOfRoomOnEitherSide(final Class<?> padded, final DataModel model) {
        long last = 0;
        for (final Field field : written(padded.getSuperclass())) {
            if (!field.getName().startsWith("gap")) {
                assertTrue(offset(field, model) >= LINE_PAIR, field + " is at " + offset(field, model));
                last = Math.max(last, offset(field, model));
            }
        }
        long end = 0;
        for (final Field field : fieldsOf(padded)) {
            end = Math.max(end, offset(field, model));
        }
        assertTrue(end >= last + LINE_PAIR, "written up to " + last + ", and the object ends at " + end);
    }

    @ParameterizedTest
    @MethodSource("models")
    void controlWords_haveTwoLinesOfRoomBetweenThem(final DataModel model) throws NoSuchFieldException {
        final List<Long> offsets = new ArrayList<>();
        for (final Field field : written(ControlWords.class)) {
            if (!field.getName().startsWith("gap")) {
                offsets.add(offset(field, model));
            }
        }
        assertEquals(3, offsets.size());
        offsets.sort(null);
        assertTrue(offsets.get(1) - offsets.get(0) >= LINE_PAIR, offsets.toString());
        assertTrue(offsets.get(2) - offsets.get(1) >= LINE_PAIR, offsets.toString());
        for (final String read : List.of("data", "waiter")) { // by all threads
            assertTrue(offset(RingMemory.class.getDeclaredField(read), model) - offsets.get(2) >= LINE_PAIR, read);
        }
    }
}
