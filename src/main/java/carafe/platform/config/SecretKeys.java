package carafe.platform.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keys derived by HKDF-SHA256 (RFC 5869) from the one secret: one signs tokens, one encrypts stored provider keys with
 * AES-256-GCM. A sealed text reads {@code v1.<key id>.<base64url of nonce, cipher text and tag>}.
 */
public final class SecretKeys {
    private static final String FILE = "secret.key";
    private static final int NONCE = 12;

    private final Secret secret;
    private final SecureRandom random = new SecureRandom();

    public SecretKeys(Secret secret) {
        this.secret = secret;
    }

    /** The configured secret, or the one of the data folder, made there at the first start (readable by its owner only). */
    public static SecretKeys open(Secret configured, Path dataFolder) throws IOException {
        return new SecretKeys(configured.isSet() ? configured : stored(dataFolder.resolve(FILE)));
    }

    private static Secret stored(Path file) throws IOException {
        var fresh = new byte[32];
        new SecureRandom().nextBytes(fresh);
        try {
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            Files.createFile(file, owner);
            Files.writeString(file, HexFormat.of().formatHex(fresh), StandardOpenOption.SYNC);
        } catch (FileAlreadyExistsException e) {
            var text = Files.readString(file).strip();
            if (text.length() < 32) {
                throw new IOException(file + " is damaged; restore it, or set WEBUI_SECRET_KEY", e);
            }
            return new Secret(text);
        }
        return new Secret(HexFormat.of().formatHex(fresh));
    }

    /** 32 bytes that sign tokens (HS256). */
    public byte[] signing() {
        return derive("carafe jwt");
    }

    private SecretKeySpec sealing() {
        return new SecretKeySpec(derive("carafe seal"), "AES");
    }

    private String keyId() {
        return HexFormat.of().formatHex(derive("carafe seal id"), 0, 4);
    }

    public String seal(Secret open) {
        var nonce = new byte[NONCE];
        random.nextBytes(nonce);
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, sealing(), new GCMParameterSpec(128, nonce));
            byte[] sealed = cipher.doFinal(open.reveal().getBytes(StandardCharsets.UTF_8));
            byte[] all = Arrays.copyOf(nonce, NONCE + sealed.length);
            System.arraycopy(sealed, 0, all, NONCE, sealed.length);
            return "v1." + keyId() + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is part of every JDK", e);
        }
    }

    /** @throws SealBroken when it was sealed under another key or altered */
    public Secret open(String sealed) throws SealBroken {
        var parts = sealed.split("\\.", -1);
        if (parts.length != 3 || !parts[0].equals("v1")) {
            throw new SealBroken("not a sealed text", null);
        }
        if (!parts[1].equals(keyId())) {
            throw new SealBroken("sealed under another WEBUI_SECRET_KEY", null);
        }
        try {
            byte[] all = Base64.getUrlDecoder().decode(parts[2]);
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(Cipher.DECRYPT_MODE, sealing(), new GCMParameterSpec(128, all, 0, NONCE));
            return new Secret(new String(cipher.doFinal(all, NONCE, all.length - NONCE), StandardCharsets.UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new SealBroken("altered", e);
        }
    }

    /** Anew at each use: it takes microseconds, but before the first of them the JDK's ciphers must load. */
    private byte[] derive(String purpose) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(secret.reveal().getBytes(StandardCharsets.UTF_8))
                            .thenExpand(purpose.getBytes(StandardCharsets.UTF_8), 32));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HKDF is part of JDK 25", e);
        }
    }

    /** A stored secret cannot be opened; the person must enter it again. */
    public static final class SealBroken extends Exception {
        SealBroken(String message, @org.jspecify.annotations.Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
