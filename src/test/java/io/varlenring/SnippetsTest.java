// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every Java snippet in the README and in docs compiles against the current library, and Netty and Micrometer, which
 * tests have.
 *
 * <p>What follows {@code java} at the start of a block says what else the snippet needs: {@code 21} a JDK of that
 * version or newer, {@code netty} Netty, {@code micrometer} Micrometer.
 */
final class SnippetsTest {
    private static final Pattern SNIPPET = Pattern.compile("```java(.*)\\R((?s:.*?))```");
    private static final Set<String> NEEDS = Set.of("", "21", "netty", "micrometer");
    private static final int JDK_21 = 21;
    private static final String IMPORTS =
            "import java.nio.*; import java.nio.channels.*; import java.util.concurrent.*;"
                    + " import java.util.concurrent.locks.*; import io.varlenring.*; import io.varlenring.tasklet.*;";

    /** A snippet, where it stands, and what it needs besides the library. */
    record Snippet(String place, String needs, String code) {
        @Override
        public String toString() {
            return place;
        }

        /** The snippet as a source file: as it is when it is one, else as the body of a method. */
        String asSource() {
            return code.contains("class ") || code.contains("interface ")
                    ? (code.contains("import ") ? "" : IMPORTS) + code
                    : IMPORTS + "class Snippet { static void snippet() throws Exception {\n" + code + "\n} }";
        }

        /** The class that the snippet is, or that it is made. */
        String className() {
            final Matcher type =
                    Pattern.compile("public (?:final )?class (\\w+)").matcher(code);
            return type.find() ? type.group(1) : "Snippet";
        }

        String fileName() {
            return className() + ".java";
        }
    }

    static List<Snippet> snippets() throws IOException {
        final List<Path> files = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")));
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).forEach(files::add);
        }
        final List<Snippet> snippets = new ArrayList<>();
        for (final Path file : files) {
            final Matcher matcher = SNIPPET.matcher(Files.readString(file));
            for (int i = 1; matcher.find(); i++) {
                snippets.add(new Snippet(file + " #" + i, matcher.group(1).strip(), matcher.group(2)));
            }
        }
        return snippets;
    }

    static boolean compile(final Snippet snippet, final Path directory, final StringWriter messages) {
        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        final JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///" + snippet.fileName()), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(final boolean ignoreEncodingErrors) {
                        return snippet.asSource();
                    }
                };
        return compiler.getTask(
                        messages,
                        null,
                        null,
                        List.of("-d", directory.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none"),
                        null,
                        List.of(source))
                .call();
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void snippet_compiles(final Snippet snippet, @TempDir final Path directory) {
        assertTrue(
                NEEDS.contains(snippet.needs),
                () -> snippet + " needs '" + snippet.needs + "', which is not known here");
        assumeTrue(!snippet.needs.equals("21") || Runtime.version().feature() >= JDK_21, "needs JDK 21");
        final StringWriter messages = new StringWriter();
        assertTrue(compile(snippet, directory, messages), () -> snippet + ": " + messages);
    }

    @Test
    void readme_hasSnippets() throws IOException {
        assertTrue(snippets().stream()
                        .filter(snippet -> snippet.place.startsWith("README"))
                        .count()
                > 1);
    }

    @Test
    void wrongSnippet_isFound(@TempDir final Path directory) {
        final Snippet wrong = new Snippet("here", "", "VarLenMpscRing.allocate(64).noSuchMethod();");
        final StringWriter messages = new StringWriter();
        assertEquals(false, compile(wrong, directory, messages));
        assertTrue(messages.toString().contains("noSuchMethod"));
    }
}
