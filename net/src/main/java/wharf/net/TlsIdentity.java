package wharf.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Who one is under TLS: a private key, and the certificates that say whose it is.
public final class TlsIdentity {
  /// Far more than any chain or key takes.
  private static final long FILE_LIMIT = 1 << 20;

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  private final PrivateKey key;
  private final List<X509Certificate> chain;

  private TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
    this.key = key;
    this.chain = List.copyOf(chain);
  }

  /// A file that holds no identity that can be used, and why: a sentence for people.
  public static final class Unusable extends IOException {
    private static final long serialVersionUID = 1;

    Unusable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// Reads PEM files, which may be one and the same.
  ///
  /// @param certificates one's own certificate first; of the others, those that vouch for it
  /// @param key the private key as PKCS#8, not encrypted
  /// @throws Unusable when they hold no such things, or do not belong together
  public static TlsIdentity ofPem(Path certificates, Path key) throws IOException {
    List<X509Certificate> chain = certificates(certificates);
    X509Certificate own = chain.getFirst();
    PrivateKey ownKey = key(key, own.getPublicKey().getAlgorithm(), certificates);
    if (!belongs(ownKey, own.getPublicKey())) {
      throw new Unusable(
          "the key in %s is not that of the first certificate in %s, which is for %s"
              .formatted(key, certificates, own.getSubjectX500Principal()),
          null);
    }
    return new TlsIdentity(ownKey, ordered(chain));
  }

  /// Its first certificate, and then whoever vouches for the one before; others have no place in a
  /// handshake.
  private static List<X509Certificate> ordered(List<X509Certificate> all) {
    List<X509Certificate> left = new ArrayList<>(new LinkedHashSet<>(all));
    List<X509Certificate> chain = new ArrayList<>();
    X509Certificate next = left.getFirst();
    while (next != null) {
      chain.add(next);
      left.remove(next);
      Principal issuer = next.getIssuerX500Principal();
      next =
          left.stream()
              .filter(one -> one.getSubjectX500Principal().equals(issuer))
              .findFirst()
              .orElse(null);
    }
    return chain;
  }

  /// Reads the first private key, and its certificates, of a PKCS#12 file.
  ///
  /// @throws Unusable when there is none, or the password is another
  public static TlsIdentity ofPkcs12(Path store, char[] password) throws IOException {
    byte[] bytes = read(store);
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(new ByteArrayInputStream(bytes), password);
      for (String alias : Collections.list(keys.aliases())) {
        Certificate[] certificates = keys.getCertificateChain(alias);
        Key key = keys.isKeyEntry(alias) ? keys.getKey(alias, password) : null;
        if (key instanceof PrivateKey secret && certificates != null) {
          List<X509Certificate> chain = new ArrayList<>();
          for (Certificate one : certificates) {
            chain.add((X509Certificate) one);
          }
          return new TlsIdentity(secret, chain);
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new Unusable(
          "%s cannot be read: it is no PKCS#12 file, or the password is another (%s)"
              .formatted(store, e.getMessage()),
          e);
    }
    throw new Unusable("%s holds no private key with a certificate".formatted(store), null);
  }

  private static byte[] read(Path file) throws IOException {
    // A device has no size to ask for.
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes((int) FILE_LIMIT + 1);
      if (bytes.length > FILE_LIMIT) {
        throw new Unusable(file + " is too long to hold a key or certificates", null);
      }
      return bytes;
    }
  }

  /// Reads every certificate of a PEM file.
  ///
  /// @throws Unusable when there is none, or one cannot be read
  public static List<X509Certificate> certificates(Path file) throws IOException {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Matcher block = blocks(file); block.find(); ) {
        if (block.group(1).endsWith("CERTIFICATE")) {
          byte[] bytes = Base64.getMimeDecoder().decode(block.group(2));
          chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes)));
        }
      }
    } catch (CertificateException | IllegalArgumentException e) {
      throw new Unusable(
          "a certificate in %s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
    if (chain.isEmpty()) {
      throw new Unusable(
          ("there is no certificate in %s: it is to be a PEM file, with -----BEGIN"
                  + " CERTIFICATE-----; 'openssl x509 -inform DER -in %s' makes one of DER")
              .formatted(file, file),
          null);
    }
    return chain;
  }

  private static Matcher blocks(Path file) throws IOException {
    return BLOCK.matcher(new String(read(file), StandardCharsets.ISO_8859_1));
  }

  private static PrivateKey key(Path file, String algorithm, Path certificates) throws IOException {
    for (Matcher block = blocks(file); block.find(); ) {
      switch (block.group(1)) {
        case "PRIVATE KEY" -> {
          return decode(block.group(2), file, algorithm, certificates);
        }
        case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY" ->
            throw toBeConverted(
                file,
                "of the older kind (%s)".formatted(block.group(1)),
                "openssl pkcs8 -topk8 -nocrypt -in %s -out NEW");
        case "ENCRYPTED PRIVATE KEY" ->
            throw toBeConverted(file, "encrypted", "openssl pkcs8 -in %s -out NEW");
        case "OPENSSH PRIVATE KEY" ->
            throw toBeConverted(file, "one of OpenSSH", "ssh-keygen -p -m PKCS8 -f %s");
        default -> {
          // A certificate, or the parameters of a curve.
        }
      }
    }
    throw new Unusable(
        ("there is no private key in %s: it is to be a PEM file, with -----BEGIN PRIVATE KEY-----;"
                + " 'openssl pkcs8 -topk8 -nocrypt -inform DER -in %s' makes one of DER")
            .formatted(file, file),
        null);
  }

  private static Unusable toBeConverted(Path file, String what, String command) {
    return new Unusable(
        "the private key in %s is %s, which is not read here: '%s' converts it"
            .formatted(file, what, command.formatted(file)),
        null);
  }

  private static PrivateKey decode(String text, Path file, String algorithm, Path certificates)
      throws Unusable {
    try {
      byte[] bytes = Base64.getMimeDecoder().decode(text);
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new Unusable(
          "the private key in %s cannot be read, or is not of the kind (%s) that the certificate in %s is for"
              .formatted(file, algorithm, certificates),
          e);
    }
  }

  /// Whether what one signs the other takes for signed.
  private static boolean belongs(PrivateKey secret, PublicKey known) {
    String algorithm =
        switch (known.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA" -> "EdDSA";
          // TLS will find out.
          default -> "";
        };
    if (algorithm.isEmpty()) {
      return true;
    }
    try {
      byte[] text = "whose?".getBytes(StandardCharsets.US_ASCII);
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(secret);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(known);
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /// What clients with a certificate of their own make engines with: they trust whom the JDK does.
  public SSLContext context() {
    return context((TrustManager[]) null);
  }

  /// What servers make engines with.
  ///
  /// @param authorities who has to have vouched for the certificate of a client that is asked for
  ///   one; if there are none, no certificate will do
  public SSLContext serverContext(Collection<X509Certificate> authorities) {
    if (authorities.isEmpty()) {
      // To load whom the JDK trusts takes most of a tenth of a second.
      return context(new TrustManager[0]);
    }
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      int count = 0;
      for (X509Certificate one : authorities) {
        trusted.setCertificateEntry("authority-" + ++count, one);
      }
      TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
      managers.init(trusted);
      return context(managers.getTrustManagers());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  private SSLContext context(TrustManager @Nullable [] trusted) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {new Only(key, chain)}, trusted, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  /// One key for all who may ask. The JDK's own managers want it in a key store, which encrypts it
  /// first: at the start of a program that takes longer than all the rest.
  private static final class Only extends X509ExtendedKeyManager {
    private static final String ALIAS = "wharf";

    private final PrivateKey key;
    private final List<X509Certificate> chain;

    Only(PrivateKey key, List<X509Certificate> chain) {
      this.key = key;
      this.chain = chain;
    }

    /// Its name if it is of the kind asked for; some ask for that of the one who vouches, too, as
    /// `EC_RSA`.
    private @Nullable String aliasFor(String kind) {
      String algorithm = chain.getFirst().getPublicKey().getAlgorithm();
      return kind.equals(algorithm) || kind.startsWith(algorithm + "_") ? ALIAS : null;
    }

    private @Nullable String aliasFor(String[] kinds) {
      return Stream.of(kinds).anyMatch(kind -> aliasFor(kind) != null) ? ALIAS : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String kind, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return aliasFor(kind);
    }

    @Override
    public @Nullable String chooseServerAlias(
        String kind, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return aliasFor(kind);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
        String[] kinds, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return aliasFor(kinds);
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] kinds, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return aliasFor(kinds);
    }

    @Override
    public String @Nullable [] getServerAliases(String kind, Principal @Nullable [] issuers) {
      return aliasFor(kind) == null ? null : new String[] {ALIAS};
    }

    @Override
    public String @Nullable [] getClientAliases(String kind, Principal @Nullable [] issuers) {
      return getServerAliases(kind, issuers);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return chain.toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return key;
    }
  }

  /// One's own certificate.
  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /// The SHA-256 of the certificate, as `AB:CD:...`, for people to compare.
  public String fingerprint() {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.ofDelimiter(":")
          .withUpperCase()
          .formatHex(sha256.digest(certificate().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "every JDK has SHA-256, and it was read from its encoding", e);
    }
  }

  /// Key and certificates as one PEM file, which [#ofPem] reads as both. It holds the secret in the
  /// clear.
  public String pem() {
    try {
      StringBuilder text = new StringBuilder(block("PRIVATE KEY", key.getEncoded()));
      for (X509Certificate one : chain) {
        text.append(block("CERTIFICATE", one.getEncoded()));
      }
      return text.toString();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("it was read from its encoding", e);
    }
  }

  private static String block(String kind, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(kind, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes), kind);
  }

  /// Says who, never the key.
  @Override
  public String toString() {
    return certificate().getSubjectX500Principal() + " " + fingerprint();
  }
}
