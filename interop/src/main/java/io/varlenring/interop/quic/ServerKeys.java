// SPDX-License-Identifier: Apache-2.0
package io.varlenring.interop.quic;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;

/**
 * A key pair with a self-signed certificate for this run alone, made by the JDK's own {@code keytool}: the JDK has no API to
 * make a certificate.
 */
record ServerKeys(KeyStore store) {
    static final String ALIAS = "server";
    /** Protects nothing: the store is deleted when it has been read. */
    static final String PASSWORD = "for-this-run-alone";

    /** Makes keys, in a file of the directory, which is deleted again. */
    static ServerKeys make(final Path directory) throws IOException, InterruptedException, GeneralSecurityException {
        final Path file = directory.resolve("keys.p12");
        final String arguments = "-storetype PKCS12 -alias " + ALIAS + " -keyalg RSA -keysize 2048 -validity 1"
                + " -dname CN=localhost -ext SAN=dns:localhost,ip:127.0.0.1 -storepass " + PASSWORD;
        final List<String> command = new ArrayList<>(List.of(arguments.split(" ")));
        final String keytoolPath =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        command.addAll(0, List.of(keytoolPath, "-genkeypair", "-keystore", file.toString()));
        final Process keytool =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool failed: " + output);
        }
        final KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
        Files.delete(file);
        return new ServerKeys(store);
    }
}
