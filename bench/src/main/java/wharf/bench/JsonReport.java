package wharf.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;

/// A report for programs: every sample of every quantity.
final class JsonReport {
  private JsonReport() {}

  static String of(Report report) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("date", report.at().toString());
      json.writeStringField("command", report.plan().again());
      json.writeNumberField("rounds", report.plan().rounds());
      json.writeBooleanField("quick", report.plan().quick());
      json.writeObjectFieldStart("machine");
      for (Map.Entry<String, String> fact : report.machine().facts().entrySet()) {
        json.writeStringField(fact.getKey(), fact.getValue());
      }
      json.writeEndObject();
      json.writeArrayFieldStart("models");
      for (Subject subject : report.plan().subjects()) {
        json.writeStartObject();
        json.writeStringField("name", subject.name());
        json.writeStringField("summary", subject.summary());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("loads");
      for (Load load : report.plan().loads()) {
        load(json, report, load);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.append('\n').toString();
  }

  private static void load(JsonGenerator json, Report report, Load load) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", load.id());
    json.writeStringField("title", load.title());
    json.writeObjectFieldStart("units");
    for (Quantity quantity : load.quantities()) {
      json.writeStringField(quantity.id(), quantity.unit());
    }
    json.writeEndObject();
    json.writeObjectFieldStart("results");
    for (Subject subject : report.plan().subjects()) {
      json.writeObjectFieldStart(subject.name());
      outcome(json, report.outcome(load, subject));
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void outcome(JsonGenerator json, Outcome outcome) throws IOException {
    switch (outcome) {
      case Outcome.NotMeasured(String why) -> json.writeStringField("notMeasured", why);
      case Outcome.Failed(String why) -> json.writeStringField("failed", why);
      case Outcome.Measured(var samples, var notes) -> {
        for (Map.Entry<Quantity, Samples> one : samples.entrySet()) {
          json.writeObjectFieldStart(one.getKey().id());
          json.writeNumberField("median", one.getValue().median());
          json.writeArrayFieldStart("samples");
          for (double value : one.getValue().values()) {
            json.writeNumber(value);
          }
          json.writeEndArray();
          json.writeEndObject();
        }
        if (!notes.isEmpty()) {
          json.writeArrayFieldStart("notes");
          for (String note : notes) {
            json.writeString(note);
          }
          json.writeEndArray();
        }
      }
    }
  }
}
