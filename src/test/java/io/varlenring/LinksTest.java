// SPDX-License-Identifier: Apache-2.0
package io.varlenring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every link of every document leads to an existing file, and to a heading in it. */
final class LinksTest {
    /** What is built, and the texts that become a part of docs/benchmarks.md, where their links are looked at. */
    private static final Set<Path> LEFT_OUT =
            Set.of(Path.of("target"), Path.of(".git"), Path.of("benchmarks/src/main/resources"));

    private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern CODE = Pattern.compile("`[^`\\n]*`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    /** Links of other kinds, which would not be looked at. */
    private static final Pattern OTHER_LINK = Pattern.compile("(?m)\\[[^\\]\\n]+]\\[|^\\[[^\\]\\n]+]:|(href|src)=");

    private final Map<Path, Set<String>> anchors = new HashMap<>();
    private final List<String> broken = new ArrayList<>();
    private int links;

    private static List<Path> documents() throws IOException {
        final List<Path> documents = new ArrayList<>();
        final Path root = Path.of("");
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(final Path folder, final BasicFileAttributes attributes) {
                return LEFT_OUT.contains(folder) || LEFT_OUT.contains(folder.getFileName())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) {
                if (file.toString().endsWith(".md")) {
                    documents.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return documents;
    }

    private static String withoutBlocks(final Path document) throws IOException {
        return FENCED.matcher(Files.readString(document)).replaceAll("");
    }

    /** The anchors that the forges make of the headings: small letters, hyphens for spaces, and most else left out. */
    private Set<String> anchorsOf(final Path document) throws IOException {
        final Set<String> known = anchors.get(document);
        if (known != null) {
            return known;
        }
        final Set<String> found = new HashSet<>();
        final Matcher heading = HEADING.matcher(withoutBlocks(document));
        while (heading.find()) {
            final String anchor = heading.group(1)
                    .replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1")
                    .strip()
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                    .replace(' ', '-');
            for (int i = 0; !found.add(i == 0 ? anchor : anchor + "-" + i); i++) {
                // the next number
            }
        }
        anchors.put(document, found);
        return found;
    }

    private void follow(final Path document, final String link) throws IOException {
        links++;
        final int hash = link.indexOf('#');
        final String path = hash < 0 ? link : link.substring(0, hash);
        final Path target =
                path.isEmpty() ? document : document.resolveSibling(path).normalize();
        if (target.startsWith("..") || target.isAbsolute() || !Files.exists(target)) {
            broken.add(document + ": no file for " + link);
        } else if (hash >= 0
                && (!target.toString().endsWith(".md") || !anchorsOf(target).contains(link.substring(hash + 1)))) {
            broken.add(document + ": no heading for " + link);
        }
    }

    @Test
    void everyLink_leadsToAFileAndAHeadingThatAreThere() throws IOException {
        final List<Path> documents = documents();
        for (final Path document : documents) {
            final String text = CODE.matcher(withoutBlocks(document)).replaceAll("");
            final Matcher other = OTHER_LINK.matcher(text);
            if (other.find()) {
                broken.add(document + ": write " + other.group() + " as a link with brackets");
            }
            final Matcher link = LINK.matcher(text);
            while (link.find()) {
                if (!link.group(1).startsWith("https://")) {
                    follow(document, link.group(1));
                }
            }
        }
        assertEquals(List.of(), broken);
        assertTrue(documents.size() > 30 && links > 300, documents.size() + " documents and " + links + " links found");
    }
}
