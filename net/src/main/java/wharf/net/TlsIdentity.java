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
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Who one is under TLS: a private key, and the certificates that say whose it is.
public final class TlsIdentity {
  /// Far more than any chain or key takes.
  private static final long FILE_LIMIT = 1 << 20;

  /// Of the kinds of alternative names (RFC 5280 section 4.2.1.6), the one of hosts.
  private static final int DNS_NAME = 2;

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
    return context(List.of(this), null);
  }

  /// What a server makes engines with that is this one only.
  ///
  /// @param authorities as below
  public SSLContext serverContext(Collection<X509Certificate> authorities) {
    return serverContext(List.of(this), authorities);
  }

  /// What a server makes engines with that is several hosts. A client that names the one it means
  /// (RFC 6066 section 3) is shown a certificate for that name; one that names none, the one for
  /// the name among the engine's own parameters (`SSLParameters.getServerNames`), for such as were
  /// told it otherwise; and else the first.
  ///
  /// @param hosts one at least
  /// @param authorities who has to have vouched for the certificate of a client that is asked for
  ///   one; if there are none, no certificate will do
  public static SSLContext serverContext(
      List<TlsIdentity> hosts, Collection<X509Certificate> authorities) {
    if (authorities.isEmpty()) {
      // To load whom the JDK trusts takes most of a tenth of a second.
      return context(hosts, new TrustManager[0]);
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
      return context(hosts, managers.getTrustManagers());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  private static SSLContext context(List<TlsIdentity> own, TrustManager @Nullable [] trusted) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {new Keys(own)}, trusted, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  /// Whether the certificate is for this host, by its alternative names (RFC 9525 section 6).
  public boolean isFor(String host) {
    String asked = host.toLowerCase(Locale.ROOT);
    int dot = asked.indexOf('.');
    String wild = dot < 0 ? "" : "*" + asked.substring(dot);
    return names().anyMatch(name -> name.equals(asked) || name.equals(wild));
  }

  private Stream<String> names() {
    try {
      Collection<List<?>> names = certificate().getSubjectAlternativeNames();
      return names == null
          ? Stream.empty()
          : names.stream()
              .filter(name -> Integer.valueOf(DNS_NAME).equals(name.getFirst()))
              .map(name -> name.getLast().toString().toLowerCase(Locale.ROOT));
    } catch (CertificateParsingException e) {
      // For no name that anybody could read.
      return Stream.empty();
    }
  }

  /// Some keys for all who may ask. The JDK's own managers want them in a key store, which encrypts
  /// them first: at the start of a program that takes longer than all the rest.
  ///
  /// The alias of one is its number.
  private static final class Keys extends X509ExtendedKeyManager {
    private final List<TlsIdentity> all;

    Keys(List<TlsIdentity> all) {
      this.all = List.copyOf(all);
    }

    /// Whether it is of the kind asked for; some ask for that of the one who vouches, too, as
    /// `EC_RSA`.
    private static boolean isOf(String kind, TlsIdentity one) {
      String algorithm = one.certificate().getPublicKey().getAlgorithm();
      return kind.equals(algorithm) || kind.startsWith(algorithm + "_");
    }

    private @Nullable String aliasFor(String kind, List<TlsIdentity> among) {
      return among.stream()
          .filter(one -> isOf(kind, one))
          .findFirst()
          .map(one -> Integer.toString(all.indexOf(one)))
          .orElse(null);
    }

    private @Nullable String aliasFor(String[] kinds) {
      return Stream.of(kinds)
          .map(kind -> aliasFor(kind, all))
          .filter(Objects::nonNull)
          .findFirst()
          .orElse(null);
    }

    /// Those for the host that is meant; all if there are none, or nobody says which.
    private List<TlsIdentity> meant(SSLEngine engine) {
      SSLSession session = engine.getHandshakeSession();
      List<SNIServerName> asked =
          session instanceof ExtendedSSLSession extended
              ? extended.getRequestedServerNames()
              : List.of();
      List<SNIServerName> told = engine.getSSLParameters().getServerNames();
      List<SNIServerName> names = asked.isEmpty() && told != null ? told : asked;
      List<TlsIdentity> hosts =
          all.stream()
              .filter(
                  one ->
                      names.stream()
                          .anyMatch(
                              name ->
                                  name instanceof SNIHostName host
                                      && one.isFor(host.getAsciiName())))
              .toList();
      return hosts.isEmpty() ? all : hosts;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String kind, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return aliasFor(kind, engine == null ? all : meant(engine));
    }

    @Override
    public @Nullable String chooseServerAlias(
        String kind, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return aliasFor(kind, all);
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
      String[] aliases =
          all.stream()
              .filter(one -> isOf(kind, one))
              .map(one -> Integer.toString(all.indexOf(one)))
              .toArray(String[]::new);
      return aliases.length == 0 ? null : aliases;
    }

    @Override
    public String @Nullable [] getClientAliases(String kind, Principal @Nullable [] issuers) {
      return getServerAliases(kind, issuers);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return all.get(Integer.parseInt(alias)).chain.toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return all.get(Integer.parseInt(alias)).key;
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
