// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameStartingWith;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.varlenring.tasklet.RingTasklet;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.VarHandle;
import java.lang.module.ModuleDescriptor;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import jdk.jfr.Event;
import org.junit.jupiter.api.Test;

/**
 * Which class may depend on which, read from the compiled classes; rules that only the source shows are in {@link
 * SourceRulesTest}.
 */
final class ArchitectureTest {
    private static final Path CLASSES = Path.of("target/classes");
    private static final JavaClasses LIBRARY = new ClassFileImporter().importPath(CLASSES);

    @Test
    void ring_knowsNoTasklets() {
        noClasses()
                .that()
                .resideInAPackage("io.varlenring")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.varlenring.tasklet..")
                .check(LIBRARY);
    }

    @Test
    void tasklets_knowTheRingInRingTaskletAndAsHooksOnly() {
        noClasses()
                .that()
                .resideInAPackage("io.varlenring.tasklet")
                .and(not(belongToAnyOf(RingTasklet.class)))
                .should()
                .dependOnClassesThat(resideInAPackage("io.varlenring").and(not(belongToAnyOf(WakeupHook.class))))
                .check(LIBRARY);
    }

    @Test
    void sharedMemory_isReachedThroughTheMemoriesOnly() {
        memoriesOnly(VarHandle.class).check(LIBRARY);
        noClasses()
                .that()
                .doNotHaveSimpleName("RingMemory")
                .and()
                .doNotHaveSimpleName("LoopMemory")
                .should()
                .callMethodWhere(target(owner(type(LockSupport.class))).and(target(nameStartingWith("park"))))
                .check(LIBRARY);
    }

    private static ArchRule memoriesOnly(final Class<?> means) {
        return noClasses()
                .that()
                .haveNameNotMatching(
                        "io\\.varlenring\\.(tasklet\\.)?(Ring(Memory|Slot|Counters)|TaskletState|Loop(Memory|Counters))")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(means);
    }

    @Test
    void whatIsPublic_isExported() throws IOException {
        final Set<String> exported;
        try (InputStream descriptor = Files.newInputStream(CLASSES.resolve("module-info.class"))) {
            exported = ModuleDescriptor.read(descriptor).exports().stream()
                    .map(ModuleDescriptor.Exports::source)
                    .collect(Collectors.toSet());
        }
        assertEquals(Set.of("io.varlenring", "io.varlenring.tasklet"), exported);
        classes()
                .that()
                .arePublic()
                .should()
                .resideInAnyPackage(exported.toArray(String[]::new))
                .check(LIBRARY);
    }

    @Test
    void library_usesTheJavaRuntimeOnlyAndNoInternals() {
        classes()
                .should()
                .onlyDependOnClassesThat(resideInAPackage("io.varlenring..")
                        .or(resideInAPackage("java.."))
                        .or(resideInAPackage("org.jspecify.annotations"))
                        .or(resideInAPackage("jdk.jfr")))
                .check(LIBRARY);
    }

    /** A program may be without the module, so nobody else may load what needs it. */
    @Test
    void flightRecorder_isNamedByEventsOnly_andTheseByTheirDoors() {
        noClasses()
                .that()
                .areNotAssignableTo(Event.class)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.jfr")
                .check(LIBRARY);
        noClasses()
                .that()
                .areNotAssignableTo(Event.class)
                .and()
                .haveNameNotMatching("io\\.varlenring\\.(RingEvents|tasklet\\.LoopEvents)")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Event.class)
                .check(LIBRARY);
    }

    @Test
    void publicClasses_cannotBeExtendedUnlessTheyAreInterfaces() {
        classes()
                .that()
                .arePublic()
                .and()
                .areNotInterfaces()
                .should()
                .haveModifier(JavaModifier.FINAL)
                .check(LIBRARY);
    }

    @Test
    void rules_canFail() {
        assertTrue(LIBRARY.size() > 30, "only " + LIBRARY.size() + " classes found");
        assertThrows(
                AssertionError.class,
                () -> noClasses()
                        .that()
                        .resideInAPackage("io.varlenring.tasklet")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("io.varlenring")
                        .check(LIBRARY));
        assertThrows(AssertionError.class, () -> memoriesOnly(ByteBuffer.class).check(LIBRARY));
    }
}
