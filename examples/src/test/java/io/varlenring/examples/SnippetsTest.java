// SPDX-License-Identifier: Apache-2.0
package io.varlenring.examples;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The snippets of the documents that need Netty, each a whole class, compile; a test of the library compiles the others. */
class SnippetsTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "embedding.md");
    private static final Pattern SNIPPET = Pattern.compile("```java netty\\R((?s:.*?))```");
    private static final Pattern CLASS = Pattern.compile("public final class (\\w+)");

    static List<String> snippets() throws IOException {
        return SNIPPET.matcher(Files.readString(DOCUMENT))
                .results()
                .map((MatchResult result) -> result.group(1))
                .toList();
    }

    private static boolean compile(final String code, final Path directory, final StringWriter messages) {
        final Matcher name = CLASS.matcher(code);
        assertTrue(name.find(), code);
        final JavaFileObject source =
                new SimpleJavaFileObject(
                        URI.create("string:///" + name.group(1) + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(final boolean ignoreEncodingErrors) {
                        return code;
                    }
                };
        return ToolProvider.getSystemJavaCompiler()
                .getTask(
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
    void nettySnippet_compiles(final String code, @TempDir final Path directory) {
        final StringWriter messages = new StringWriter();
        assertTrue(compile(code, directory, messages), messages::toString);
    }

    @Test
    void wrongSnippet_isFound(@TempDir final Path directory) throws IOException {
        final String wrong = snippets().get(0).replace("isWritable", "isReadable");
        final StringWriter messages = new StringWriter();
        assertFalse(compile(wrong, directory, messages));
        assertTrue(messages.toString().contains("isReadable"), messages::toString);
    }
}
