package wharf.app;

import java.lang.reflect.RecordComponent;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import wharf.server.Journal;

/// What happens, as JSON: an object for each event, on a line of its own. Its fields are the
/// components of the [wharf.protocol.Happening], so what is not in that record is not in the log,
/// and the other way round. What is null is left out. docs/logs.md has them all.
final class JsonLines {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final int MICROS = 1_000_000;

  private final Map<Class<?>, RecordComponent[]> components = new ConcurrentHashMap<>();

  /// What stands for lines that could not be written.
  static String dropped(Instant time, long lines) {
    StringBuilder json = begun(time, "dropped");
    field(json, "lines", lines);
    return json.append('}').toString();
  }

  String of(Journal.Entry entry) {
    StringBuilder json = begun(entry.time(), name(entry.happening().getClass()));
    Journal.Connection connection = entry.connection();
    field(json, "session", entry.session());
    field(json, "transport", connection.transport());
    address(json, "peer", connection.peer());
    address(json, "local", connection.local());
    field(json, "secure", connection.secure());
    fields(json, (Record) entry.happening());
    return json.append('}').toString();
  }

  /// What an event is called: as its record, but for the first letter.
  static String name(Class<?> happening) {
    String name = happening.getSimpleName();
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  private static StringBuilder begun(Instant time, String event) {
    StringBuilder json = new StringBuilder(256).append("{\"time\":\"");
    TIME.formatTo(time, json);
    json.append('"');
    field(json, "event", event);
    return json;
  }

  /// Of a Unix-domain socket it is the path, which for most clients is empty.
  private static void address(StringBuilder json, String name, @Nullable SocketAddress end) {
    if (end instanceof InetSocketAddress at) {
      field(json, name, at.getAddress().getHostAddress());
      field(json, name + "Port", at.getPort());
    } else if (end != null && !end.toString().isEmpty()) {
      field(json, name, end.toString());
    }
  }

  private void fields(StringBuilder json, Record facts) {
    for (RecordComponent component :
        components.computeIfAbsent(facts.getClass(), Class::getRecordComponents)) {
      Object value;
      try {
        value = component.getAccessor().invoke(facts);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(component + " cannot be read", e);
      }
      if (value instanceof Record more) {
        fields(json, more);
      } else if (value != null) {
        field(json, component.getName(), value);
      }
    }
  }

  private static void field(StringBuilder json, String name, Object value) {
    json.append(",\"").append(name).append("\":");
    switch (value) {
      case Number number -> json.append(number);
      case Boolean bool -> json.append(bool);
      case Duration time -> seconds(json, time);
      case Enum<?> one -> json.append('"').append(one.name().toLowerCase(Locale.ROOT)).append('"');
      default -> json.append(Json.string(value.toString()));
    }
  }

  private static void seconds(StringBuilder json, Duration time) {
    json.append(time.toSeconds()).append('.');
    // The digit in front keeps the zeros, and is dropped.
    json.append(Integer.toString(MICROS + time.toNanosPart() / 1000), 1, 7);
  }
}
