library tracker;

import 'dart:async';
import 'package:flutter/material.dart' as m;

/// How often positions are read.
const Duration interval = Duration(seconds: 5);
final List<String> _log = [];
int counter = 0;

typedef Listener = void Function(Position position);

/// Where the phone is.
class Position {
  final double latitude, longitude;
  static const origin = Position(0, 0);
  String? _label;

  const Position(this.latitude, this.longitude);

  /// Reads a position from JSON.
  factory Position.fromJson(Map<String, dynamic> json) {
    return Position(json['lat'], json['lon']);
  }

  Position.unknown() : latitude = 0, longitude = 0;

  double get distance => latitude * latitude;

  set label(String value) {
    _label = value;
  }

  @override
  bool operator ==(Object other) => other is Position;

  // TODO: use the haversine formula
  double distanceTo(Position other) {
    double square(double x) => x * x;
    return square(latitude - other.latitude);
  }

  static Position parse(String text) => Position(0, 0);
}

abstract class Source {
  Stream<Position> get positions;
  Future<void> start();
}

mixin Logging on Source {
  void log(String line) => _log.add(line);
}

enum Accuracy {
  low,
  high(3);

  const Accuracy([this.level = 0]);
  final int level;
  bool get isFine => level > 1;
}

extension Formatting on Position {
  String format() => '$latitude, $longitude';
}

extension type UserId(int value) {
  bool get valid => value > 0;
}

/// Starts tracking.
Future<void> track(Source source, Listener listener) async {
  await source.start();
  source.positions.listen(listener);
}

void _private() {}

int get total => counter;

int before(int x) => x;

int wrong(int x) {
  return x ] + 1;
}

int after(int y) {
  return y * 2;
}
