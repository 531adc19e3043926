// Downloads pictures.
#import <Foundation/Foundation.h>
#import "Cache.h"

#define MAX_TASKS 4
#define SQUARE(x) ((x) * (x))

@class Picture;

static NSString *const kHost = @"example.org";
NSInteger downloadCount = 0;

typedef void (^Completion)(Picture *picture, NSError *error);

typedef enum : NSInteger {
    QualityLow,
    QualityHigh = 2,
} Quality;

struct Size {
    int width;
    int height;
};

/// Hears about progress.
@protocol DownloadDelegate <NSObject>
- (void)downloadDidFinish:(Picture *)picture;
@optional
- (BOOL)shouldRetry;
@end

/** Loads pictures over the network. */
@interface Downloader : NSObject <DownloadDelegate> {
    NSURLSession *_session;
}
@property (nonatomic, weak) id<DownloadDelegate> delegate;
@property (nonatomic, copy, readonly) NSString *name;
+ (instancetype)shared;
- (void)load:(NSURL *)url completion:(Completion)completion;
@end

@interface Downloader (Retry)
- (void)retry;
@end

@interface Downloader ()
@property (nonatomic) NSInteger running;
@end

@implementation Downloader

@synthesize name = _name;

+ (instancetype)shared {
    static Downloader *instance = nil;
    return instance;
}

// TODO: cancel the running task
- (void)load:(NSURL *)url completion:(Completion)completion {
    self.running += 1;
    [self.delegate downloadDidFinish:nil];
}

- (NSInteger)count {
    return self.running;
}

@end

@implementation Downloader (Retry)
- (void)retry {
    [self count];
}
@end

static int clamp(int value) {
    return value < 0 ? 0 : value;
}

int before(int x) {
    return x;
}

int wrong(int x) {
    return x + ) 1;
}

int after(int y) {
    return y * 2;
}
